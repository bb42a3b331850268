import { createServices } from '../../intake/index.ts';
import { backfill } from '../../simulate/index.ts';
import type { CommandContext } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { EXIT } from '../exit-code.ts';
import { onTarget } from '../open-target.ts';
import { createProgress } from '../progress.ts';
import { plansOf } from '../require-deployment.ts';
import type { OpenFlags } from '../target-options.ts';

/** Options of `skene backfill`. */
export interface Flags extends OpenFlags {
  rate: number;
  limit: number;
  restart?: boolean;
  yes?: boolean;
}

/** What `skene backfill` does. */
export async function handle(loop: string, flags: Flags, { terminal, exit }: CommandContext): Promise<void> {
  const done = await onTarget(flags, terminal, async ({ project: { deployment }, env, database }) => {
    const [plan] = plansOf(deployment, loop);
    const question = `Start ${loop} for everybody who was there before it?`;
    if (plan === undefined || !(await confirmed(question, { yes: flags.yes ?? false }))) return undefined;
    const say = createProgress(terminal);
    return backfill(plan, {
      deployment,
      database,
      services: createServices(env),
      rate: flags.rate,
      limit: flags.limit,
      restart: flags.restart ?? false,
      signal: untilStopped(),
      onProgress: ({ rows, started }) => say(`${rows} rows, ${started} runs started`),
    });
  });
  if (done === undefined) return exit(EXIT.problems);
  const rest = done.isWhole ? '' : ' The same command goes on from here.';
  if (flags.json) terminal.out(JSON.stringify(done));
  else terminal.out(`${done.started} runs started, ${done.known} had been before.${rest}`);
  exit(EXIT.ok);
}

/** Ends when the process is told to stop: the page under way is finished first. */
function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}
