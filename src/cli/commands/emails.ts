import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import type { ListFlags, PreviewFlags, SendFlags } from '../handlers/emails.ts';
import { jsonObject } from '../json-object.ts';

/** `skene emails list|preview|send-test` */
export function define(command: Command, context: CommandContext): void {
  const withConfig = (one: Command) =>
    one.option('--config <path>', 'the config, or the folder it is in', '.').option('--json', 'print JSON');
  const withData = (one: Command) =>
    withConfig(one).option(
      '--data <json>',
      'values over the sample ones: {"user":{"name":"Ada"}}',
      jsonObject,
      {},
    );

  command.addHelpText(
    'afterAll',
    '\nExamples:\n  skene emails list\n  skene emails preview activation_welcome\n  skene emails preview activation_welcome --html > welcome.html\n  skene emails send-test activation_welcome --to me@example.com',
  );
  withConfig(
    command.command('list', { isDefault: true }).description('the emails that the loops send'),
  ).action(async (flags: ListFlags) => {
    const { list } = await import('../handlers/emails.ts');
    await list(flags, context);
  });
  withData(
    command
      .command('preview')
      .argument('<template>', 'its name, as skene emails list shows it')
      .description('an email with sample values'),
  )
    .option('--html', 'print its HTML alone')
    .action(async (template: string, flags: PreviewFlags) => {
      const { preview } = await import('../handlers/emails.ts');
      await preview(template, flags, context);
    });
  withData(
    command
      .command('send-test')
      .argument('<template>', 'its name, as skene emails list shows it')
      .description('send an email with sample values to yourself'),
  )
    .requiredOption('--to <address>', 'who gets it')
    .option('--local', "to the local stack's inbox")
    .action(async (template: string, flags: SendFlags) => {
      const { sendTest } = await import('../handlers/emails.ts');
      await sendTest(template, flags, context);
    });
}
