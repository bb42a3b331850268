import { type LocatedIssue, type SourceFile, shownPath } from '../project/index.ts';
import { indent, sentence } from './sentence.ts';
import type { Terminal } from './terminal.ts';

/** The widest excerpt of a source line. */
const EXCERPT_WIDTH = 100;

/** Prints issues one after the other: the place, what was found, the line it was found in, what to write instead. */
export function printIssues(
  issues: readonly LocatedIssue[],
  terminal: Terminal,
  { source, directory = process.cwd() }: { source?: SourceFile | undefined; directory?: string } = {},
): void {
  const { colors } = terminal;
  for (const { file, line, column, path, message, hint, code, severity } of issues) {
    const label = severity === 'warning' ? colors.yellow('warning') : colors.red('error');
    terminal.out(
      `${colors.bold(`${shownPath(file, directory)}:${line}:${column}`)} ${label} ${colors.dim(code)}`,
    );
    terminal.out(`  ${sentence(`${subjectOf(path, message)}${message}`)}`);
    if (source?.file === file) terminal.out(colors.dim(excerpt(source.line(line), line, column)));
    if (hint !== undefined) terminal.out(indent(sentence(hint), '  '));
    terminal.out();
  }
}

/** A message continues what it is about: the path, or else the file; a template's is a whole sentence already. */
function subjectOf(path: string, message: string): string {
  if (path !== '') return `${path} `;
  return /^[\p{Lu}"]/u.test(message) ? '' : 'The file ';
}

/** The line of the source, cut to what fits, with a caret below the column. */
function excerpt(text: string, line: number, column: number): string {
  const start = Math.max(0, Math.min(column - 1 - EXCERPT_WIDTH / 2, text.length - EXCERPT_WIDTH));
  const shown = printable(text.slice(start, start + EXCERPT_WIDTH));
  const margin = ' '.repeat(String(line).length);
  return `    ${line} | ${shown}\n    ${margin} | ${' '.repeat(column - 1 - start)}^`;
}

/** Replaces what a terminal would obey, tabs included, one for one, so that the caret stays right. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}
