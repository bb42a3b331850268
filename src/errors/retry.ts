import type { ErrorCode } from './codes.ts';
import { isSkeneError, type ProviderError } from './skene-error.ts';

/** What to do after a failure: give up, try again with the loop's backoff, or try again after so many seconds. */
export type RetryDecision = { retry: 'never' } | { retry: 'backoff' } | { retry: 'after'; seconds: number };

/** Whether it helps to try again. Errors we did not foresee are taken as passing faults. */
export function retryOf(error: unknown): RetryDecision {
  if (!isSkeneError(error)) return { retry: 'backoff' };
  if (!isTransient(error.code)) return { retry: 'never' };
  const seconds = (error as Partial<ProviderError>).retryAfterSeconds;
  return seconds === undefined ? { retry: 'backoff' } : { retry: 'after', seconds };
}

function isTransient(code: ErrorCode): boolean {
  switch (code) {
    case 'PROVIDER_UNAVAILABLE':
    case 'RATE_LIMITED':
    case 'INTERNAL':
      return true;
    case 'CONFIG_NOT_FOUND':
    case 'CONFIG_INVALID':
    case 'TEMPLATE_NOT_FOUND':
    case 'TEMPLATE_INVALID':
    case 'VARIABLE_MISSING':
    case 'QUERY_FAILED':
    case 'ACTION_NOT_FOUND':
    case 'UNAUTHORIZED':
    case 'SIGNATURE_INVALID':
    case 'REQUEST_INVALID':
    case 'BODY_TOO_LARGE':
    case 'NOT_FOUND':
    case 'METHOD_NOT_ALLOWED':
    case 'ENV_MISSING':
    case 'ENV_INVALID':
    case 'USAGE':
    case 'PROVIDER_REJECTED':
    case 'SEND_UNKNOWN':
    case 'NOT_IMPLEMENTED':
      return false;
  }
}
