import { type Command, InvalidArgumentError } from 'commander';
import { requireStack } from '../../dev/index.ts';
import { EnvError } from '../../errors/index.ts';
import { sendTestEvent, type TestEvent, type TestProvider, USUAL_EVENTS } from '../../operations/index.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { jsonObject } from '../json-object.ts';
import { type DeploymentFlags, deploymentEnv, withDeployment } from '../target.ts';

interface SendFlags extends DeploymentFlags, Omit<TestEvent, 'provider' | 'type'> {
  plan?: string;
  status?: string;
}

/** `skene events send <provider> <event>` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  const usual = Object.entries(USUAL_EVENTS).map(
    ([provider, types]) => `  ${provider.padEnd(9)} ${types.join(', ')}`,
  );
  command.addHelpText('after', '\nExample:\n  skene events send clerk user.created --local');
  withDeployment(
    command
      .command('send')
      .description('send an event in the form of its provider, signed with the secret of the deployment')
      .argument('<provider>', Object.keys(USUAL_EVENTS).join(', '), providerNamed)
      .argument('<event>', 'its type, such as user.created'),
  )
    .option('--subject <id>', 'the user it is about', 'user_test')
    .option('--email <address>', 'their address', 'test@example.com')
    .option('--name <name>', 'their name', 'Test User')
    .option('--customer <id>', "Stripe's customer", 'cus_test')
    .option('--data <json>', 'members of its object, over what is made up', jsonObject, {})
    .option('--plan <plan>', 'of a local stack: what the customer subscribes to from now on')
    .option('--status <status>', 'of a local stack: how that subscription is: active, past_due, canceled ...')
    .addHelpText(
      'after',
      `\nEvents:\n${usual.join('\n')}\n\nExamples:\n  skene events send clerk user.created --local --subject user_1 --email ada@example.com\n  skene events send stripe checkout.session.completed --local --subject user_1 --plan pro\n  skene events send app project.created --subject user_1 --data '{"plan":"free"}'`,
    )
    .action(async (provider: TestProvider, type: string, { plan, status, ...flags }: SendFlags) => {
      const env = await deploymentEnv(flags);
      if (plan !== undefined || status !== undefined)
        await subscribeLocally({ customer: flags.customer, plan, status }, flags);
      const answer = await sendTestEvent({ ...flags, provider, type }, env);
      if (flags.json) terminal.out(JSON.stringify(answer ?? {}));
      else if (answer === undefined) terminal.out(`${type} was taken.`);
      else terminal.out(`${type} was taken: ${answer.started} runs started, ${answer.known} known before.`);
      exit(EXIT.ok);
    });
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

function providerNamed(text: string): TestProvider {
  if (Object.hasOwn(USUAL_EVENTS, text)) return text as TestProvider;
  throw new InvalidArgumentError(`Write one of: ${Object.keys(USUAL_EVENTS).join(', ')}.`);
}
