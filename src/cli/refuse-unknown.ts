import type { Command } from 'commander';
import { EnvError } from '../errors/index.ts';

/** More letters than these to be changed make another word of it. */
const MOST_CHANGES = 3;

/**
 * Where one subcommand is the usual one, commander hands it a mistyped name of another as an argument. This says what was meant instead.
 * It throws EnvError USAGE when the command is called so.
 */
export function refuseUnknown(command: Command): void {
  if (command.commands.length === 0) return;
  command.hook('preSubcommand', async ({ args: [word = ''] }) => {
    const names = command.commands.map((one) => one.name());
    if (word === '' || word.startsWith('-') || names.includes(word)) return;
    const { default: leven } = await import('leven');
    const [meant] = names
      .map((name) => ({ name, changes: leven(name, word) }))
      .filter(({ changes }) => changes <= MOST_CHANGES)
      .sort((one, other) => one.changes - other.changes);
    const question = meant === undefined ? '' : `Did you mean ${meant.name}? `;
    throw new EnvError('USAGE', `There is no command "${command.name()} ${word}".`, {
      hint: `${question}There are: ${names.join(', ')}. See skene --help.`,
    });
  });
}
