import type { Command } from 'commander';
import { createMailer } from '../../email/index.ts';
import { EnvError } from '../../errors/index.ts';
import { type EmailPreview, emailsOf, previewEmail } from '../../project/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { jsonObject } from '../json-object.ts';
import { printTable } from '../print-table.ts';
import { requireProject } from '../require-deployment.ts';
import { deploymentEnv } from '../target.ts';
import type { Terminal } from '../terminal.ts';

interface Flags {
  config: string;
  data: Record<string, unknown>;
  json?: boolean;
  html?: boolean;
  to: string;
  local?: boolean;
}

/** `skene emails list|preview|send-test` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  const withConfig = (one: Command) =>
    one.option('--config <path>', 'the config, or the folder it is in', '.').option('--json', 'print JSON');
  const withData = (one: Command) =>
    withConfig(one).option(
      '--data <json>',
      'values over the sample ones: {"user":{"name":"Ada"}}',
      jsonObject,
      {},
    );
  async function preview(template: string, { config, data }: Flags): Promise<EmailPreview> {
    loadEnvironment(config);
    const { deployment, templates } = await requireProject(config, terminal);
    return previewEmail(template, { plans: deployment.plans, templates, data });
  }

  command.addHelpText(
    'afterAll',
    '\nExamples:\n  skene emails list\n  skene emails preview activation_welcome\n  skene emails preview activation_welcome --html > welcome.html\n  skene emails send-test activation_welcome --to me@example.com',
  );
  withConfig(
    command.command('list', { isDefault: true }).description('the emails that the loops send'),
  ).action(async ({ config, json = false }: Flags) => {
    loadEnvironment(config);
    const { deployment } = await requireProject(config, terminal);
    const rows = emailsOf(deployment.plans).map(({ loop, step, email }) => [
      email.template,
      loop,
      step,
      email.kind,
      email.variants.map(({ id }) => id).join(', '),
    ]);
    if (json) terminal.out(JSON.stringify(emailsOf(deployment.plans), undefined, 2));
    else if (rows.length === 0) terminal.out('No loop sends an email.');
    else printTable([['template', 'loop', 'step', 'kind', 'variants'], ...rows], terminal);
    exit(EXIT.ok);
  });
  withData(
    command
      .command('preview')
      .argument('<template>', 'its name, as skene emails list shows it')
      .description('an email with sample values'),
  )
    .option('--html', 'print its HTML alone')
    .action(async (template: string, flags: Flags) => {
      printPreview(await preview(template, flags), flags, terminal);
      exit(EXIT.ok);
    });
  withData(
    command
      .command('send-test')
      .argument('<template>', 'its name, as skene emails list shows it')
      .description('send an email with sample values to yourself'),
  )
    .requiredOption('--to <address>', 'who gets it')
    .option('--local', "to the local stack's inbox")
    .action(async (template: string, flags: Flags) => {
      const { subject, html, text } = await preview(template, flags);
      const env = await deploymentEnv(flags);
      if (env.from === undefined)
        throw new EnvError('ENV_MISSING', 'Nobody is named as the sender.', { hint: 'Set SKENE_FROM.' });
      const message = { from: env.from, to: flags.to, subject: `[Test] ${subject}`, html, text };
      const { id } = await createMailer(env.resend).send(message, { idempotencyKey: crypto.randomUUID() });
      terminal.out(
        flags.json ? JSON.stringify({ id, to: flags.to }) : `"${subject}" was sent to ${flags.to}.`,
      );
      exit(EXIT.ok);
    });
}

function printPreview(
  preview: EmailPreview,
  { json = false, html = false }: Flags,
  { out, colors }: Terminal,
): void {
  if (json) out(JSON.stringify(preview, undefined, 2));
  else if (html) out(preview.html);
  else {
    out(`${colors.bold('Subject:')} ${preview.subject}\n`);
    out(preview.text.trimEnd());
    out(colors.dim(`\nWith these in place of a user's: ${JSON.stringify(preview.scope)}`));
  }
}
