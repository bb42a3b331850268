import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import {
  builtInTemplates,
  type LayoutParts,
  type LiquidTemplate,
  layout,
  type TemplateSource,
  variablesOf,
} from '../email/index.ts';
import { ConfigError, isSkeneError, messageOf, type Place } from '../errors/index.ts';
import { readComponent } from './component-template.ts';
import { readFrontMatter } from './front-matter.ts';
import { escapeMarkup, htmlToText, markdownToHtml, textToHtml } from './liquid-markup.ts';

/** A template and where it was found. */
export interface FoundTemplate {
  name: string;
  /** The file, or `undefined` for a built-in template. */
  file: string | undefined;
  source: TemplateSource;
}

/** A file in `emails/` that is no template, and why. */
export interface TemplateProblem {
  message: string;
  hint?: string | undefined;
  where: Place;
}

/** What {@link readTemplates} found. */
export interface Templates {
  templates: Record<string, FoundTemplate>;
  problems: TemplateProblem[];
}

/** What an error calls a template whose place it tells as well. */
const LABEL = 'The template';

const FORMATS = ['.html', '.md', '.txt', '.tsx'];

/**
 * Reads the templates of a project and makes each ready to render: the files of `dir` by their names without
 * extension, and the built-in ones that no file takes the place of.
 * @param dir the `emails/` folder; it need not exist.
 */
export async function readTemplates(dir: string): Promise<Templates> {
  const templates: Record<string, FoundTemplate> = {};
  const problems: TemplateProblem[] = [];
  for (const file of await filesIn(dir)) {
    const name = basename(file, extname(file));
    const twin = templates[name]?.file;
    if (twin !== undefined) {
      problems.push({
        message: `"${name}" is also the name of ${twin}.`,
        hint: 'Remove or rename one of the two.',
        where: { file },
      });
      continue;
    }
    try {
      templates[name] = { name, file, source: await readTemplate(file) };
    } catch (error) {
      problems.push(problemOf(error, file));
    }
  }
  for (const [name, source] of Object.entries(builtInTemplates)) {
    templates[name] ??= { name, file: undefined, source };
  }
  return { templates, problems };
}

/** Files that begin with `_` or `.` are parts of others, as in React Email's own tool. */
async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && /^[^._]/.test(entry.name) && FORMATS.includes(extname(entry.name)))
    .map((entry) => join(dir, entry.name))
    .sort();
}

async function readTemplate(file: string): Promise<TemplateSource> {
  if (file.endsWith('.tsx')) return readComponent(file);
  const { head, body, bodyLine } = readFrontMatter(await readFile(file, 'utf8'), file);
  // Parsed as it stands in the file, so that an error names the line there.
  await variablesOf({ source: '\n'.repeat(bodyLine - 1) + body, label: LABEL });
  const subject = head.subject ?? (file.endsWith('.html') ? titleOf(body) : undefined);
  const parts = convertBody(body, extname(file), {
    title: escapeMarkup(subject ?? ''),
    preheader: escapeMarkup(head.preheader ?? ''),
    lang: head.lang,
  });
  refuseUnquoted(parts.html);
  const sources = [parts.html, parts.text, subject ?? ''];
  const needed = await Promise.all(sources.map((source) => variablesOf({ source, label: LABEL })));
  const variables = [...new Set(needed.flat())].sort();
  return { kind: 'liquid', ...(subject === undefined ? {} : { subject }), ...parts, variables };
}

function convertBody(
  body: string,
  format: string,
  frame: Omit<LayoutParts, 'body'>,
): Pick<LiquidTemplate, 'html' | 'text'> {
  switch (format) {
    case '.md': {
      const html = markdownToHtml(body);
      return { html: layout({ ...frame, body: html }), text: htmlToText(html) };
    }
    case '.txt':
      return { html: layout({ ...frame, body: textToHtml(body) }), text: body };
    default:
      return { html: body, text: htmlToText(body) };
  }
}

function titleOf(html: string): string | undefined {
  const title = htmlToText(/<title[^>]*>([\s\S]*?)<\/title>/i.exec(html)?.[1] ?? '').trim();
  return title === '' ? undefined : title;
}

/** Escaping keeps a value inside quotes; where there are none, a space in the value would begin a new attribute. */
function refuseUnquoted(html: string): void {
  const attribute = /<[a-z][^<>]*\s([\w:-]+)\s*=\s*\{\{/i.exec(html)?.[1];
  if (attribute === undefined) return;
  throw new ConfigError('TEMPLATE_INVALID', `The attribute ${attribute}={{ ... }} has no quotes.`, {
    hint: `Write ${attribute}="{{ ... }}", so that a value cannot add attributes of its own.`,
  });
}

function problemOf(error: unknown, file: string): TemplateProblem {
  const { hint, where } = isSkeneError(error) ? error : {};
  return { message: messageOf(error), hint, where: { ...where, file } };
}
