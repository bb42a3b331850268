import type { ErrorResponse } from 'resend';
import { ProviderError } from '../errors/index.ts';

const SECONDS_PER_DAY = 24 * 60 * 60;

/**
 * What an error of Resend means for a run: whether to try again, and when; and what somebody has to do if not.
 * @param retryAfter the header of that name, in seconds.
 * @see https://resend.com/docs/api-reference/errors
 */
export function refusal({ name, message, statusCode }: ErrorResponse, retryAfter?: string): ProviderError {
  const status = statusCode ?? 0;
  const text = `Resend answered ${status} ${name}: ${message.replace(/\.$/, '')}.`;
  const cause = { name, message, statusCode };
  const after = Number(retryAfter ?? Number.NaN);
  const asked = Number.isFinite(after) ? after : undefined;
  switch (name) {
    case 'daily_quota_exceeded':
    case 'monthly_quota_exceeded':
      return new ProviderError('RATE_LIMITED', text, {
        hint: 'The plan at Resend sends no more for now. The email is tried again later; raise the quota at resend.com/settings/usage.',
        retryAfterSeconds: asked ?? secondsToMidnight(),
        cause,
      });
    case 'concurrent_idempotent_requests':
      return new ProviderError('PROVIDER_UNAVAILABLE', text, {
        hint: 'The same email is being sent by another attempt; this one is repeated and gets its answer.',
        cause,
      });
    case 'invalid_idempotent_request':
      return new ProviderError('SEND_UNKNOWN', text, {
        hint: 'An earlier attempt of this step has sent the email with other content (the data changed in between); it is not sent twice.',
        cause,
      });
    default:
      if (status === 429) return new ProviderError('RATE_LIMITED', text, { retryAfterSeconds: asked, cause });
      if (status >= 500 || status === 408)
        return new ProviderError('PROVIDER_UNAVAILABLE', text, { retryAfterSeconds: asked, cause });
      return new ProviderError('PROVIDER_REJECTED', text, { hint: adviceFor(name, message), cause });
  }
}

function adviceFor(name: ErrorResponse['name'], message: string): string {
  switch (name) {
    case 'missing_api_key':
    case 'invalid_api_key':
    case 'restricted_api_key':
      return 'Set RESEND_API_KEY to a key with sending access from resend.com/api-keys.';
    case 'invalid_from_address':
      return 'Correct the sender: `email.from` in the configuration, or SKENE_FROM.';
    default:
      return /domain|testing emails/i.test(message)
        ? "Verify the sender's domain at resend.com/domains, or send from one that is verified."
        : 'Trying again will not help: correct what Resend names and resume the run.';
  }
}

/** Daily quotas are counted by UTC day. */
function secondsToMidnight(): number {
  return SECONDS_PER_DAY - (Math.floor(Date.now() / 1000) % SECONDS_PER_DAY);
}
