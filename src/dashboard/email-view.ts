import { html } from 'hono/html';
import * as z from 'zod/mini';
import type { Env } from '../env/index.ts';
import type { View } from './document.ts';
import type { DashboardContext } from './views.ts';
import { linkTo } from './words.ts';

const EmailSchema = z.object({
  subject: z.string(),
  to: z.array(z.string()),
  html: z.nullish(z.string()),
  text: z.nullish(z.string()),
});

/** An email as it was sent, or why it cannot be shown. */
type Kept = z.output<typeof EmailSchema> | { reason: string };

const RESEND = 'https://api.resend.com';
const PATIENCE_MS = 8_000;

/** An email as Resend keeps it. A key that may send alone cannot read it. @see https://resend.com/docs/api-reference/emails/retrieve-email */
async function readEmail(id: string, { resend }: Env): Promise<Kept> {
  const address = `${(resend.baseUrl ?? RESEND).replace(/\/$/, '')}/emails/${encodeURIComponent(id)}`;
  try {
    const answer = await fetch(address, {
      headers: { authorization: `Bearer ${resend.apiKey}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.status === 401 || answer.status === 403)
      return {
        reason: 'The key of Resend may send emails, but not read them. Give it full access to see them here.',
      };
    if (!answer.ok) return { reason: `Resend answered ${answer.status}.` };
    const parsed = EmailSchema.safeParse(await answer.json());
    return parsed.success ? parsed.data : { reason: 'Resend answered with something else than an email.' };
  } catch {
    return { reason: 'Resend did not answer.' };
  }
}

/** One email of a run, as its reader sees it. */
export async function emailView(id: string, { env }: DashboardContext): Promise<View> {
  const email = await readEmail(id, env);
  if ('reason' in email)
    return {
      title: 'An email',
      body: html`<p class="bad">${email.reason}</p>`,
      current: 'Runs',
      isStill: true,
    };
  const body = html`<p>To ${email.to.join(', ')}</p>
    ${email.html ? html`<iframe class="wide" title="The email as HTML" sandbox="" src="${linkTo('email-html', { id })}"></iframe>` : ''}
    ${email.text ? html`<h2>Plain text</h2><pre>${email.text}</pre>` : ''}`;
  return { title: email.subject, body, current: 'Runs', isStill: true };
}

/** Its HTML alone, for the frame of its page: `undefined` where there is none. */
export async function emailHtml(id: string, env: Env): Promise<string | undefined> {
  const email = await readEmail(id, env);
  return 'reason' in email ? undefined : (email.html ?? undefined);
}
