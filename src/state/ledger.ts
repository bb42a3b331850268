import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** What the ledger knows of one send. */
export interface LedgerEntry {
  state: 'sending' | 'sent';
  runId: string;
  /** When it was last written, ms since the epoch. */
  at: number;
  /** The provider's id of the email, once it was sent. */
  emailId?: string | undefined;
}

/** One email of one loop to one subject: `entry` is the event that began it, so that a later entry may send again. */
export interface SendKey {
  loop: string;
  subject: string;
  entry: string;
  step: string;
}

/** The answer of {@link createLedger.claim}. */
export type SendClaim =
  | { result: 'claimed' }
  | { result: 'suppressed'; reason: string }
  | { result: 'held'; entry: LedgerEntry };

/** How long we remember what was sent to whom, since the last email to them. */
const LEDGER_SECONDS = 400 * 86_400;

const CLAIM = `
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held then return {'held', held} end
local reason = redis.call('GET', KEYS[2])
if reason then return {'suppressed', reason} end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return {'claimed', ''}`;

/** Who was sent what: outlives the provider's own memory of idempotency keys (24 hours at Resend). */
export function createLedger(redis: Redis, keys: Keys) {
  const field = ({ loop, entry, step }: SendKey): string => `sent|${loop}|${entry}|${step}`;

  return {
    /** Claims the right to send, unless it was taken before or the address must not be mailed; one round trip. */
    async claim(
      key: SendKey,
      options: { addressKey: string; runId: string; at: number; ignoreSuppression: boolean },
    ): Promise<SendClaim> {
      const entry: LedgerEntry = { state: 'sending', runId: options.runId, at: options.at };
      const address = options.ignoreSuppression ? '' : options.addressKey;
      const [result, detail] = await reachRedis(() =>
        redis.eval<string[], [SendClaim['result'], string]>(
          CLAIM,
          [keys.subject(key.subject), keys.suppressed(address)],
          [field(key), JSON.stringify(entry), String(LEDGER_SECONDS)],
        ),
      );
      if (result === 'held') return { result, entry: JSON.parse(detail) as LedgerEntry };
      return result === 'suppressed' ? { result, reason: detail } : { result };
    },

    /** Notes that the provider has taken the email. */
    async confirm(key: SendKey, entry: Omit<LedgerEntry, 'state'>): Promise<void> {
      await reachRedis(() =>
        redis.hset(keys.subject(key.subject), { [field(key)]: JSON.stringify({ ...entry, state: 'sent' }) }),
      );
    },

    /** Gives the claim back: the provider has certainly not taken the email. */
    async release(key: SendKey): Promise<void> {
      await reachRedis(() => redis.hdel(keys.subject(key.subject), field(key)));
    },
  };
}
