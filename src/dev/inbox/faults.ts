import type { ResendError } from './payload.ts';

/** How the inbox fails when it is told to. */
export type Fault =
  /** Refuses with 429, and asks to wait. */
  | { kind: 'rate-limited'; retryAfterSeconds: number }
  /** Refuses with 429: the day's emails are used up. */
  | { kind: 'quota' }
  /** Breaks with 500 before it takes the email. */
  | { kind: 'error' }
  /** Says that another request with the key is under way. */
  | { kind: 'concurrent' }
  /** Takes the email and breaks the connection before its answer has arrived. */
  | { kind: 'answer-lost' };

/** The faults that are still to happen, in order. */
export function createFaults() {
  const pending: Fault[] = [];
  return {
    /** The next `times` requests that send fail like this. */
    add: (fault: Fault, times: number): void =>
      void pending.push(...Array.from({ length: times }, () => fault)),
    /** How many are still to happen. */
    left: (): number => pending.length,
    clear: (): void => void pending.splice(0),
    next: (): Fault | undefined => pending.shift(),
  };
}

/** The answer of a fault that refuses; `undefined` for one that takes the email. */
export function refusalOf(fault: Fault | undefined): Response | undefined {
  switch (fault?.kind) {
    case 'rate-limited':
      return refuse(
        {
          statusCode: 429,
          name: 'rate_limit_exceeded',
          message: 'The inbox was told to refuse for a while.',
        },
        { 'retry-after': String(fault.retryAfterSeconds) },
      );
    case 'quota':
      return refuse({ statusCode: 429, name: 'daily_quota_exceeded', message: 'No more emails today.' });
    case 'error':
      return refuse({
        statusCode: 500,
        name: 'internal_server_error',
        message: 'The inbox was told to fail.',
      });
    case 'concurrent':
      return refuse({
        statusCode: 409,
        name: 'concurrent_idempotent_requests',
        message: 'A request with this idempotency key is still under way.',
      });
    default:
      return undefined;
  }
}

/** As much of an answer as arrives before the connection breaks. */
export function lostAnswer(): Response {
  return new Response('{"id":"', { headers: { 'content-type': 'application/json' } });
}

/** Answers with an error in Resend's form. */
export function refuse(error: ResendError, headers: Record<string, string> = {}): Response {
  return Response.json(error, { status: error.statusCode, headers });
}
