import { addressKey, type EmailMessage, isAddress } from '../email/index.ts';
import { isSkeneError, ProviderError } from '../errors/index.ts';
import type { PlanEmail } from '../plan/index.ts';
import type { SendKey } from '../state/index.ts';
import { composeEmail } from './compose.ts';
import type { ActionContext, ActionResult, ActionSite } from './perform.ts';

/** Resend keeps idempotency keys for 24 hours; an hour before that we no longer trust it to recognise a repeat. */
export const RETRY_WINDOW_MS = 23 * 3_600_000;

/** Sends one email: rendered first, then claimed in the ledger, then handed to the provider, then noted as sent. */
export async function performEmail(
  email: PlanEmail,
  site: ActionSite,
  context: ActionContext,
): Promise<ActionResult> {
  const to = site.scope.user.email;
  if (typeof to !== 'string' || !isAddress(to)) {
    return {
      outcome: 'suppressed',
      detail: { reason: to === undefined || to === null ? 'no address' : 'not an address' },
    };
  }
  const message = await composeEmail(email, { ...site, to }, context);
  const key: SendKey = { loop: site.loop, subject: site.subject, entry: site.entry, step: site.step };
  const at = context.now();
  const claim = await context.state.ledger.claim(key, {
    addressKey: addressKey(to),
    runId: site.runId,
    at,
    caps: site.caps,
    isMarketing: email.kind === 'marketing',
  });
  if (claim.result === 'suppressed') return { outcome: 'suppressed', detail: { reason: claim.reason } };
  if (claim.result === 'capped') return { outcome: 'skipped', detail: { reason: 'frequency cap' } };
  if (claim.result === 'held' && claim.entry.state === 'sent') return sent(email, claim.entry.emailId);
  if (claim.result === 'held') refuseUnknown(claim.entry.at, at);

  const claimedAt = claim.result === 'claimed' ? at : undefined;
  const emailId = await handOver(message, { key, claimedAt, site }, context);
  await context.state.ledger.confirm(key, { runId: site.runId, at: context.now(), emailId });
  return sent(email, emailId);
}

/**
 * Hands the message to the provider, and answers with its id there. A claim is given back when the provider has certainly not taken the
 * message; where an attempt went before this one, only that one's fate is not known.
 */
async function handOver(
  message: EmailMessage,
  { key, claimedAt, site }: { key: SendKey; claimedAt: number | undefined; site: ActionSite },
  { mailer, state }: ActionContext,
): Promise<string | undefined> {
  try {
    const { id } = await (await mailer()).send(message, { idempotencyKey: `${site.runId}/${site.step}` });
    return id;
  } catch (error) {
    // The provider has taken the same send with other content: data changed between the attempts. It knows no id for us.
    if (isSkeneError(error, 'SEND_UNKNOWN')) return undefined;
    const wasRefused = isSkeneError(error, 'PROVIDER_REJECTED') || isSkeneError(error, 'RATE_LIMITED');
    if (claimedAt !== undefined && wasRefused) await state.ledger.release(key, claimedAt);
    throw error;
  }
}

/** An earlier attempt may have reached the provider. While it recognises our key, trying again is safe; later nobody can tell. */
function refuseUnknown(claimedAt: number, now: number): void {
  if (now - claimedAt < RETRY_WINDOW_MS) return;
  throw new ProviderError(
    'SEND_UNKNOWN',
    'An attempt more than 23 hours ago may have sent this email, and the provider no longer knows.',
    {
      hint: 'Look it up at Resend; Skene does not risk sending it twice.',
    },
  );
}

function sent(email: PlanEmail, emailId: string | undefined): ActionResult {
  return { outcome: 'sent', detail: { template: email.template, variant: email.arm, emailId } };
}
