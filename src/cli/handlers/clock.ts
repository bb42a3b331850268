import { requireStack } from '../../dev/dev-file.ts';
import { EnvError } from '../../errors/index.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';

interface ClockAnswer {
  now: string;
  next: { at: string; in: string } | null;
}

/** What `skene clock` does. */
export async function handle(
  advance: string | undefined,
  { json = false }: { json?: boolean },
  { terminal, exit }: CommandContext,
): Promise<void> {
  const { functions } = await requireStack(process.cwd());
  const body =
    advance === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify({ advance: advance.replace(/^\+/, '') }) };
  const response = await fetch(`${functions}/dev/clock`, body);
  const answer = (await response.json()) as ClockAnswer & { detail?: string };
  if (!response.ok) throw new EnvError('USAGE', answer.detail ?? `The stack answered ${response.status}.`);
  if (json) terminal.out(JSON.stringify(answer));
  else
    terminal.out(
      `It is ${answer.now}; ${answer.next === null ? 'nothing is due' : `the next thing is due in ${answer.next.in}`}.`,
    );
  exit(EXIT.ok);
}
