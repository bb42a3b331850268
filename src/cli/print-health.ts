import type { Finding } from '../sync/index.ts';
import type { Terminal } from './terminal.ts';

/** Prints what was looked at, a line each, and what to do where something is to be done. */
export function printHealth(findings: readonly Finding[], { colors, out }: Terminal): void {
  const width = Math.max(...findings.map(({ name }) => name.length)) + 2;
  const marks = {
    ok: colors.green('ok      '),
    warning: colors.yellow('warning '),
    problem: colors.red('problem '),
  };
  for (const { name, state, detail, hint } of findings) {
    out(`${marks[state]} ${name.padEnd(width)}${printable(detail)}`);
    if (hint !== undefined) out(`${' '.repeat(9 + width)}${printable(hint)}`);
  }
}

/** What others have written may hold what a terminal obeys. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, ' ');
