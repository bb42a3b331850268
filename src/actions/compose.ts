import { type EmailMessage, renderEmail, unsubscribeHeaders, unsubscribeUrl } from '../email/index.ts';
import { ConfigError, EnvError } from '../errors/index.ts';
import type { PlanEmail } from '../plan/index.ts';
import type { ActionContext, ActionSite } from './perform.ts';

/**
 * Renders an email for somebody: everything but sending it.
 * @throws {ConfigError} VARIABLE_MISSING or TEMPLATE_INVALID where this one cannot be rendered, TEMPLATE_NOT_FOUND where none can.
 * @throws {EnvError} ENV_MISSING when nobody is named as the sender.
 */
export async function composeEmail(
  email: PlanEmail,
  site: ActionSite & { to: string },
  context: ActionContext,
): Promise<EmailMessage> {
  const template = Object.hasOwn(context.templates, email.template)
    ? context.templates[email.template]
    : undefined;
  if (template === undefined) {
    throw new ConfigError('TEMPLATE_NOT_FOUND', `No template is called "${email.template}".`, {
      hint: `Add emails/${email.template}.html and deploy.`,
    });
  }
  const from = email.from ?? context.settings.from ?? context.defaultFrom;
  if (from === undefined) {
    throw new EnvError('ENV_MISSING', 'Nobody is named as the sender.', {
      hint: 'Set SKENE_FROM, or email.from in defineConfig.',
    });
  }
  const link =
    email.kind === 'marketing'
      ? unsubscribeUrl(context.functionsUrl, context.secret, {
          subject: site.subject,
          email: site.to,
          loop: site.loop,
        })
      : undefined;
  const { subject, html, text } = await renderEmail({
    template,
    name: email.template,
    subject: email.subject,
    personalization: email.personalization,
    scope: site.scope,
    unsubscribeUrl: link,
  });
  const headers = link === undefined ? {} : unsubscribeHeaders(link);
  return {
    from,
    to: site.to,
    subject,
    html,
    text,
    replyTo: email.replyTo ?? context.settings.replyTo,
    headers,
    // By these the provider's webhooks say which run an email was sent by.
    tags: {
      loop: site.loop,
      step: site.step,
      run: site.runId,
      ...(email.arm === undefined ? {} : { variant: email.arm }),
    },
  };
}
