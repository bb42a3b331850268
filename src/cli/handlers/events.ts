import { requireStack } from '../../dev/dev-file.ts';
import { EnvError } from '../../errors/index.ts';
import { sendTestEvent, type TestEvent } from '../../operations/index.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { deploymentEnv } from '../target.ts';
import type { DeploymentFlags } from '../target-options.ts';

/** Options of `skene events send`. */
export interface SendFlags extends DeploymentFlags, Omit<TestEvent, 'provider' | 'type'> {
  plan?: string;
  status?: string;
}

/** What `skene events send` does. */
export async function handle(
  { provider, type }: Pick<TestEvent, 'provider' | 'type'>,
  { plan, status, ...flags }: SendFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  const env = await deploymentEnv(flags);
  if (plan !== undefined || status !== undefined)
    await subscribeLocally({ customer: flags.customer, plan, status }, flags);
  const answer = await sendTestEvent({ ...flags, provider, type }, env);
  if (flags.json) terminal.out(JSON.stringify(answer ?? {}));
  else if (answer === undefined) terminal.out(`${type} was taken.`);
  else terminal.out(`${type} was taken: ${answer.started} runs started, ${answer.known} known before.`);
  exit(EXIT.ok);
}

/** What Stripe says of a customer is Stripe's to say; of the local stack's, ours. */
async function subscribeLocally(subscription: object, { local = false }: DeploymentFlags): Promise<void> {
  if (!local)
    throw new EnvError('USAGE', '--plan and --status work with --local alone.', {
      hint: 'A deployment asks Stripe what a customer subscribes to: change it there.',
    });
  const { functions } = await requireStack(process.cwd());
  const answer = await fetch(`${functions}/dev/stripe`, {
    method: 'POST',
    body: JSON.stringify(subscription),
  });
  const { detail } = (await answer.json()) as { detail?: string };
  if (!answer.ok) throw new EnvError('USAGE', detail ?? `The stack answered ${answer.status}.`);
}
