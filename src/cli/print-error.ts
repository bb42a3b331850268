import { InternalError, isSkeneError, messageOf, type Place } from '../errors/index.ts';
import { indent, sentence } from './sentence.ts';
import type { Terminal } from './terminal.ts';

/** Prints an error as message, place and hint; the stack only when asked for, except of defects of our own. */
export function printError(error: unknown, { colors, note }: Terminal, verbose: boolean): void {
  const known = isSkeneError(error) ? error : new InternalError(messageOf(error), { cause: error });
  note(`${colors.red('error')} ${sentence(known.message)} ${colors.dim(known.code)}`);
  const place = placeOf(known.where);
  if (place !== '') note(`  at ${place}`);
  if (known.hint !== undefined) note(indent(sentence(known.hint), '  '));
  const stack = error instanceof Error ? error.stack : undefined;
  if (verbose && stack !== undefined) note(colors.dim(stack));
  else if (known.code === 'INTERNAL')
    note('  This is a defect of Skene. Run the command again with --verbose to see where it happened.');
}

function placeOf(where: Place | undefined): string {
  const { file, line, column, path } = where ?? {};
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return [place, path].filter((part) => part !== undefined && part !== '').join(' ');
}
