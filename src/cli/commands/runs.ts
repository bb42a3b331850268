import { type Command, InvalidArgumentError } from 'commander';
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
import { countOf } from '../count-of.ts';
import { EXIT } from '../exit-code.ts';
import { followRuns } from '../follow-runs.ts';
import { printTable } from '../print-table.ts';
import { describeFact, timeOf } from '../run-text.ts';
import { type DeploymentFlags, deploymentEnv, withDeployment } from '../target.ts';
import type { Terminal } from '../terminal.ts';

const STATES: readonly RunState[] = ['under way', 'failed', 'cancelled', 'ended'];

interface ListFlags extends DeploymentFlags {
  loop?: string;
  subject?: string;
  state?: RunState;
  limit: number;
}

/** `skene runs list|show|retry|cancel|tail` */
export function define(command: Command, context: CommandContext): void {
  const operations = (flags: DeploymentFlags) => deploymentEnv(flags).then(createOperations);
  command.addHelpText(
    'afterAll',
    '\nExamples:\n  skene runs list --local\n  skene runs list --state failed --loop welcome\n  skene runs show wfr_welcome-x1\n  skene runs retry wfr_welcome-x1\n  skene runs cancel wfr_welcome-x1 --yes\n  skene runs tail --loop welcome',
  );
  filters(withDeployment(command.command('list', { isDefault: true }).description('the newest runs')))
    .option('--limit <number>', 'the most runs', countOf, 20)
    .action(async (flags: ListFlags) => {
      listRuns(await findRuns(flags, await operations(flags)), flags, context.terminal);
      context.exit(EXIT.ok);
    });
  withDeployment(
    command
      .command('show')
      .argument('<run>', 'its id, as skene runs list shows it')
      .description('what happened to a run, step by step'),
  ).action(async (runId: string, flags: DeploymentFlags) => {
    printRun(await showRun(runId, await operations(flags)), flags, context.terminal);
    context.exit(EXIT.ok);
  });
  withDeployment(
    command
      .command('retry')
      .argument('<run>', 'its id, as skene runs list shows it')
      .description('go on with a run that was given up, from the step that failed'),
  ).action(async (runId: string, flags: DeploymentFlags) => {
    const resumedAs = await resumeRun(runId, await operations(flags));
    context.terminal.out(flags.json ? JSON.stringify({ runId, resumedAs }) : `${runId} goes on.`);
    context.exit(EXIT.ok);
  });
  withDeployment(
    command
      .command('cancel')
      .argument('<run>', 'its id, as skene runs list shows it')
      .description('end a run that is under way'),
  )
    .option('--yes', 'do it without asking')
    .action(async (runId: string, flags: DeploymentFlags & { yes?: boolean }) => {
      context.exit(await cancel(runId, flags, { operations: await operations(flags), context }));
    });
  filters(withDeployment(command.command('tail').description('what happens to runs, as it happens'))).action(
    async (flags: ListFlags) => {
      await followRuns(flags, { operations: await operations(flags), terminal: context.terminal });
      context.exit(EXIT.ok);
    },
  );
}

function filters(command: Command): Command {
  return command
    .option('--loop <id>', 'only of this loop')
    .option('--subject <id>', 'only about this user')
    .option('--state <state>', `only those that are: ${STATES.join(', ')}`, stateNamed);
}

async function cancel(
  runId: string,
  { yes = false, json = false }: DeploymentFlags & { yes?: boolean },
  { operations, context }: { operations: Operations; context: CommandContext },
) {
  if (!(await confirmed(`End ${runId}? What it waits for will not be acted on.`, { yes })))
    return EXIT.problems;
  await cancelRun(runId, Date.now(), operations);
  context.terminal.out(json ? JSON.stringify({ runId, state: 'cancelled' }) : `${runId} was ended.`);
  return EXIT.ok;
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

function stateNamed(text: string): RunState {
  const state = STATES.find((one) => one === text.replace('-', ' '));
  if (state === undefined) throw new InvalidArgumentError(`Write one of: ${STATES.join(', ')}.`);
  return state;
}
