import { type Command, InvalidArgumentError } from 'commander';
import type { TestProvider } from '../../operations/index.ts';
import { USUAL_EVENTS } from '../../operations/usual-events.ts';
import type { CommandContext } from '../command.ts';
import type { SendFlags } from '../handlers/events.ts';
import { jsonObject } from '../json-object.ts';
import { withDeployment } from '../target-options.ts';

/** `skene events send <provider> <event>` */
export function define(command: Command, context: CommandContext): void {
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
    .action(async (provider: TestProvider, type: string, flags: SendFlags) => {
      const { handle } = await import('../handlers/events.ts');
      await handle({ provider, type }, flags, context);
    });
}

function providerNamed(text: string): TestProvider {
  if (Object.hasOwn(USUAL_EVENTS, text)) return text as TestProvider;
  throw new InvalidArgumentError(`Write one of: ${Object.keys(USUAL_EVENTS).join(', ')}.`);
}
