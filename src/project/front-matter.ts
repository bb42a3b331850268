import { ConfigError } from '../errors/index.ts';

/** What a template can say about itself at its head. */
export interface FrontMatter {
  /** The subject line; Liquid. */
  subject?: string;
  /** What mail programs show after the subject; Liquid. */
  preheader?: string;
  /** The language, as a BCP 47 tag. */
  lang?: string;
}

const KEYS: ReadonlyArray<keyof FrontMatter> = ['subject', 'preheader', 'lang'];

/**
 * Parts `---`, lines of `key: value`, `---` from what follows.
 * @returns the head, the body, and the line of the file at which the body begins.
 * @throws {ConfigError} TEMPLATE_INVALID at a line that is no `key: value`, or a key that means nothing.
 */
export function readFrontMatter(
  text: string,
  file: string,
): { head: FrontMatter; body: string; bodyLine: number } {
  const match = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text);
  if (match === null) return { head: {}, body: text, bodyLine: 1 };
  const [whole, lines = ''] = match;
  const head: FrontMatter = {};
  for (const [index, line] of lines.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const { key = line, value = '' } = /^(?<key>[\w-]+)\s*:\s*(?<value>.*?)\s*$/.exec(line)?.groups ?? {};
    if (!isKey(key)) {
      throw new ConfigError('TEMPLATE_INVALID', `"${key}" means nothing at the head of a template.`, {
        hint: `It can have lines such as "subject: Welcome"; the keys are ${KEYS.join(', ')}.`,
        where: { file, line: index + 2 },
      });
    }
    head[key] = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  }
  return { head, body: text.slice(whole.length), bodyLine: whole.split('\n').length };
}

function isKey(key: string): key is keyof FrontMatter {
  return (KEYS as readonly string[]).includes(key);
}
