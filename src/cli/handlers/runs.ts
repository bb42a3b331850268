import {
  cancelRun,
  createOperations,
  findRuns,
  type Operations,
  type RunState,
  resumeRun,
  showRun,
  stateOf,
} from '../../operations/index.ts';
import type { CommandContext } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { EXIT } from '../exit-code.ts';
import { followRuns } from '../follow-runs.ts';
import { printTable } from '../print-table.ts';
import { describeFact, timeOf } from '../run-text.ts';
import { deploymentEnv } from '../target.ts';
import type { DeploymentFlags } from '../target-options.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene runs list` and `skene runs tail`. */
export interface ListFlags extends DeploymentFlags {
  loop?: string;
  subject?: string;
  state?: RunState;
  limit: number;
}

/** What `skene runs list` does. */
export async function list(flags: ListFlags, { terminal, exit }: CommandContext): Promise<void> {
  listRuns(await findRuns(flags, await operationsOf(flags)), flags, terminal);
  exit(EXIT.ok);
}

/** What `skene runs show` does. */
export async function show(
  runId: string,
  flags: DeploymentFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  printRun(await showRun(runId, await operationsOf(flags)), flags, terminal);
  exit(EXIT.ok);
}

/** What `skene runs retry` does. */
export async function retry(
  runId: string,
  flags: DeploymentFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  const resumedAs = await resumeRun(runId, await operationsOf(flags));
  terminal.out(flags.json ? JSON.stringify({ runId, resumedAs }) : `${runId} goes on.`);
  exit(EXIT.ok);
}

/** What `skene runs cancel` does. */
export async function cancel(
  runId: string,
  { yes = false, ...flags }: DeploymentFlags & { yes?: boolean },
  { terminal, exit }: CommandContext,
): Promise<void> {
  const operations = await operationsOf(flags);
  if (!(await confirmed(`End ${runId}? What it waits for will not be acted on.`, { yes })))
    return exit(EXIT.problems);
  await cancelRun(runId, Date.now(), operations);
  terminal.out(flags.json ? JSON.stringify({ runId, state: 'cancelled' }) : `${runId} was ended.`);
  exit(EXIT.ok);
}

/** What `skene runs tail` does. */
export async function tail(flags: ListFlags, { terminal, exit }: CommandContext): Promise<void> {
  await followRuns(flags, { operations: await operationsOf(flags), terminal });
  exit(EXIT.ok);
}

async function operationsOf(flags: DeploymentFlags): Promise<Operations> {
  return createOperations(await deploymentEnv(flags));
}

function listRuns(runs: Awaited<ReturnType<typeof findRuns>>, { json }: ListFlags, terminal: Terminal): void {
  if (json)
    terminal.out(
      JSON.stringify(
        runs.map((run) => ({ ...run, state: stateOf(run) })),
        undefined,
        2,
      ),
    );
  else if (runs.length === 0) terminal.out('There is no such run.');
  else
    printTable(
      [
        ['run', 'user', 'started', 'state', 'last'],
        ...runs.map((run) => {
          const last = run.facts.at(-1);
          return [
            run.runId,
            run.subject,
            timeOf(run.startedAt),
            stateOf(run),
            last ? describeFact(last) : '',
          ];
        }),
      ],
      terminal,
    );
}

function printRun(
  shown: Awaited<ReturnType<typeof showRun>>,
  { json = false }: DeploymentFlags,
  terminal: Terminal,
): void {
  const { run, steps, deadLetter } = shown;
  if (json) {
    terminal.out(JSON.stringify({ ...shown, state: stateOf(run) }, undefined, 2));
    return;
  }
  terminal.out(`${terminal.colors.bold(run.runId)}: ${run.loop} for ${run.subject}, ${stateOf(run)}`);
  for (const fact of run.facts) terminal.out(`  ${timeOf(fact.at)}  ${describeFact(fact)}`);
  if (steps.length > 0) {
    terminal.out('Steps:');
    for (const { name, state, retries, errors } of steps)
      terminal.out(
        `  ${name}: ${state}${retries === 0 ? '' : `, tried again ${retries} times`}${errors.map((error) => `\n    ${error}`).join('')}`,
      );
  }
  if (deadLetter !== undefined)
    terminal.out(
      `Given up: ${deadLetter.status} ${deadLetter.reason}\nGo on from there with: skene runs retry ${run.runId}`,
    );
}
