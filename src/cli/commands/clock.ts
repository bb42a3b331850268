import type { Command } from 'commander';
import { requireStack } from '../../dev/index.ts';
import { EnvError } from '../../errors/index.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';

interface ClockAnswer {
  now: string;
  next: { at: string; in: string } | null;
}

/** `skene clock [advance]` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument(
      '[advance]',
      'how far to move it: 5m, 7d, or next for the next wake-up; only told the time when left out',
    )
    .option('--json', 'print one JSON document: { now, next }')
    .addHelpText('after', '\nExamples:\n  skene clock\n  skene clock 5m\n  skene clock next')
    .action(async (advance: string | undefined, { json = false }: { json?: boolean }) => {
      const { functions } = await requireStack(process.cwd());
      const body =
        advance === undefined
          ? {}
          : { method: 'POST', body: JSON.stringify({ advance: advance.replace(/^\+/, '') }) };
      const response = await fetch(`${functions}/dev/clock`, body);
      const answer = (await response.json()) as ClockAnswer & { detail?: string };
      if (!response.ok)
        throw new EnvError('USAGE', answer.detail ?? `The stack answered ${response.status}.`);
      if (json) terminal.out(JSON.stringify(answer));
      else
        terminal.out(
          `It is ${answer.now}; ${answer.next === null ? 'nothing is due' : `the next thing is due in ${answer.next.in}`}.`,
        );
      exit(EXIT.ok);
    });
}
