import { type Command, InvalidArgumentError } from 'commander';
import type { RunState } from '../../operations/index.ts';
import type { CommandContext } from '../command.ts';
import { countOf } from '../count-of.ts';
import type { ListFlags } from '../handlers/runs.ts';
import { type DeploymentFlags, withDeployment } from '../target-options.ts';

const STATES: readonly RunState[] = ['under way', 'failed', 'cancelled', 'ended'];

/** `skene runs list|show|retry|cancel|tail` */
export function define(command: Command, context: CommandContext): void {
  command.addHelpText(
    'afterAll',
    '\nExamples:\n  skene runs list --local\n  skene runs list --state failed --loop welcome\n  skene runs show wfr_welcome-x1\n  skene runs retry wfr_welcome-x1\n  skene runs cancel wfr_welcome-x1 --yes\n  skene runs tail --loop welcome',
  );
  filters(withDeployment(command.command('list', { isDefault: true }).description('the newest runs')))
    .option('--limit <number>', 'the most runs', countOf, 20)
    .action(async (flags: ListFlags) => {
      const { list } = await import('../handlers/runs.ts');
      await list(flags, context);
    });
  withDeployment(
    command
      .command('show')
      .argument('<run>', 'its id, as skene runs list shows it')
      .description('what happened to a run, step by step'),
  ).action(async (runId: string, flags: DeploymentFlags) => {
    const { show } = await import('../handlers/runs.ts');
    await show(runId, flags, context);
  });
  withDeployment(
    command
      .command('retry')
      .argument('<run>', 'its id, as skene runs list shows it')
      .description('go on with a run that was given up, from the step that failed'),
  ).action(async (runId: string, flags: DeploymentFlags) => {
    const { retry } = await import('../handlers/runs.ts');
    await retry(runId, flags, context);
  });
  withDeployment(
    command
      .command('cancel')
      .argument('<run>', 'its id, as skene runs list shows it')
      .description('end a run that is under way'),
  )
    .option('--yes', 'do it without asking')
    .action(async (runId: string, flags: DeploymentFlags & { yes?: boolean }) => {
      const { cancel } = await import('../handlers/runs.ts');
      await cancel(runId, flags, context);
    });
  filters(withDeployment(command.command('tail').description('what happens to runs, as it happens'))).action(
    async (flags: ListFlags) => {
      const { tail } = await import('../handlers/runs.ts');
      await tail(flags, context);
    },
  );
}

function filters(command: Command): Command {
  return command
    .option('--loop <id>', 'only of this loop')
    .option('--subject <id>', 'only about this user')
    .option('--state <state>', `only those that are: ${STATES.join(', ')}`, stateNamed);
}

function stateNamed(text: string): RunState {
  const state = STATES.find((one) => one === text.replace('-', ' '));
  if (state === undefined) throw new InvalidArgumentError(`Write one of: ${STATES.join(', ')}.`);
  return state;
}
