import { createMailer } from '../../email/index.ts';
import { EnvError } from '../../errors/index.ts';
import { type EmailPreview, emailsOf, previewEmail } from '../../project/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printTable } from '../print-table.ts';
import { requireProject } from '../require-deployment.ts';
import { deploymentEnv } from '../target.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene emails list`. */
export interface ListFlags {
  config: string;
  json?: boolean;
}

/** Options of `skene emails preview`. */
export interface PreviewFlags extends ListFlags {
  data: Record<string, unknown>;
  html?: boolean;
}

/** Options of `skene emails send-test`. */
export interface SendFlags extends PreviewFlags {
  to: string;
  local?: boolean;
}

/** What `skene emails list` does. */
export async function list(
  { config, json = false }: ListFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  loadEnvironment(config);
  const { deployment } = await requireProject(config, terminal);
  const emails = emailsOf(deployment.plans);
  const rows = emails.map(({ loop, step, email }) => [
    email.template,
    loop,
    step,
    email.kind,
    email.variants.map(({ id }) => id).join(', '),
  ]);
  if (json) terminal.out(JSON.stringify(emails, undefined, 2));
  else if (rows.length === 0) terminal.out('No loop sends an email.');
  else printTable([['template', 'loop', 'step', 'kind', 'variants'], ...rows], terminal);
  exit(EXIT.ok);
}

/** What `skene emails preview` does. */
export async function preview(
  template: string,
  flags: PreviewFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  printPreview(await previewOf(template, flags, terminal), flags, terminal);
  exit(EXIT.ok);
}

/** What `skene emails send-test` does. */
export async function sendTest(
  template: string,
  flags: SendFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  const { subject, html, text } = await previewOf(template, flags, terminal);
  const env = await deploymentEnv(flags);
  if (env.from === undefined)
    throw new EnvError('ENV_MISSING', 'Nobody is named as the sender.', { hint: 'Set SKENE_FROM.' });
  const message = { from: env.from, to: flags.to, subject: `[Test] ${subject}`, html, text };
  const { id } = await createMailer(env.resend).send(message, { idempotencyKey: crypto.randomUUID() });
  terminal.out(flags.json ? JSON.stringify({ id, to: flags.to }) : `"${subject}" was sent to ${flags.to}.`);
  exit(EXIT.ok);
}

async function previewOf(
  template: string,
  { config, data }: PreviewFlags,
  terminal: Terminal,
): Promise<EmailPreview> {
  loadEnvironment(config);
  const { deployment, templates } = await requireProject(config, terminal);
  return previewEmail(template, { plans: deployment.plans, templates, data });
}

function printPreview(
  preview: EmailPreview,
  { json = false, html = false }: PreviewFlags,
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
