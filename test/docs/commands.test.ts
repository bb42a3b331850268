import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { createTerminal } from '../../src/cli/terminal.ts';
import { blocksOf, pages, root } from './code-blocks.ts';

/** A command of Skene as a page writes it: `runs show`, with these flags. */
interface Mention {
  page: string;
  command: string;
  words: string[];
  flags: string[];
}

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** The commands of blocks and of code in a line. */
function mentionsIn(page: string): Mention[] {
  const text = readFileSync(join(root, page), 'utf8');
  const inline = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const lines = blocksOf(page).flatMap(({ language, code }) => (language === 'sh' ? code.split('\n') : []));
  return [...inline, ...lines].flatMap((line) =>
    [...line.matchAll(/(?:^|npx |&& |\| )skene ([a-z][\w-]*)([^&|#]*)/g)].map(
      ([, command = '', rest = '']) => ({
        page,
        command,
        words: rest
          .trim()
          .split(/\s+/)
          .filter((word) => /^[a-z][a-z-]*$/.test(word)),
        flags: [...rest.matchAll(/(?<=\s)--[a-z-]+/g)].map(([flag]) => flag),
      }),
    ),
  );
}

async function helpOf(...args: string[]): Promise<string> {
  let text = '';
  const write = { write: (part: string) => (text += part) };
  const terminal = createTerminal({ stdout: write, stderr: write, env: { NO_COLOR: '1' } });
  await run([...args, '--help'], { terminal, version: '0.0.0' });
  return text;
}

describe('the commands that the pages name', () => {
  it.each(pages)('are there, with their flags: %s', async (page) => {
    for (const { command, words, flags } of mentionsIn(page)) {
      const help = await helpOf(command);
      expect(help, `skene ${command}`).toContain(`Usage: skene ${command}`);
      const [word = ''] = words;
      const isSubcommand = new RegExp(`^  ${word} `, 'm').test(help) && /^Commands:/m.test(help);
      const own = isSubcommand ? await helpOf(command, word) : help;
      for (const flag of flags)
        expect(`${own}\n--help --version`, `skene ${command} ${word} ${flag}`).toContain(flag);
    }
  });

  it.each(pages.filter((page) => !page.startsWith('examples/')))('are scripts of the package: %s', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    for (const [, script = ''] of text.matchAll(/npm run ([\w:-]+)/g))
      expect(Object.keys(scripts)).toContain(script);
  });
});
