import { parseGoDuration } from './duration.ts';
import { parseRetryDelay } from './expression.ts';

/** The longest delay between two attempts: QStash's backoff stops growing at a day and ignores longer wishes. */
const LONGEST_DELAY_MS = 86_400_000;

/** Headers of an answer that say when to try again, in the order QStash's documentation lists them. */
const RETRY_HEADERS = [
  'retry-after',
  'x-ratelimit-reset',
  'x-ratelimit-reset-requests',
  'x-ratelimit-reset-tokens',
];

/** What the delay before the next attempt depends on. */
export interface FailedAttempt {
  /** How often the message has been retried already: 0 after the first attempt. */
  retried: number;
  /** The message's `Upstash-Retry-Delay`, if it has one. */
  retryDelay: string | undefined;
  /** The answer's headers, lower-case. */
  headers: Record<string, string[]>;
  /** The local clock's time, in ms: what a date in `Retry-After` is compared with. */
  now: number;
}

/** QStash's default backoff before retry `n` (1, 2, ...): e^(2.5 n) seconds, at most a day. */
export function backoffMs(n: number): number {
  return Math.min(LONGEST_DELAY_MS, Math.floor(Math.exp(2.5 * n)) * 1000);
}

function parseRetryHeader(value: string, now: number): number | undefined {
  const trimmed = value.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1000;
  const duration = parseGoDuration(trimmed);
  if (duration !== undefined) return duration;
  const date = Date.parse(trimmed);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/**
 * How long QStash waits before the next attempt, in ms: what the answer asks for (unless that is more than a day),
 * else the message's own expression, else the exponential backoff.
 */
export function nextDelayMs({ retried, retryDelay, headers, now }: FailedAttempt): number {
  for (const name of RETRY_HEADERS) {
    const value = headers[name]?.[0];
    const delay = value === undefined ? undefined : parseRetryHeader(value, now);
    if (delay !== undefined && delay <= LONGEST_DELAY_MS) return delay;
  }
  if (retryDelay !== undefined) {
    const delay = parseRetryDelay(retryDelay)(retried);
    if (Number.isFinite(delay)) return Math.min(Math.max(0, Math.round(delay)), LONGEST_DELAY_MS);
  }
  return backoffMs(retried + 1);
}
