import type { PlanRules } from '../plan/index.ts';
import type { Keys } from './keys.ts';
import { MAIL_CAPS } from './mail-caps.ts';
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

/** What has to be heeded before something is sent. */
export interface SendRules {
  /** Of the address, hashed. */
  addressKey: string;
  caps: PlanRules['caps'];
  isMarketing: boolean;
}

/** The answer of {@link createLedger.claim}. */
export type SendClaim =
  | { result: 'claimed' }
  | { result: 'suppressed'; reason: string }
  | { result: 'capped' }
  | { result: 'held'; entry: LedgerEntry };

/** How long we remember what was sent to whom, since the last email to them. */
const LEDGER_SECONDS = 400 * 86_400;

/** KEYS: subject, address. ARGV: field, entry, a JSON header. An email that counts for the caps is noted as `at:loop`. */
const CLAIM = `${MAIL_CAPS}
local mail = cjson.decode(ARGV[3])
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held then return {'held', held} end
local reason = redis.call('GET', KEYS[2])
if reason then return {'suppressed', reason} end
if mail.counts then
  local mails = redis.call('HGET', KEYS[1], 'mails') or ''
  if isCapped(mails, mail.caps, mail.loop, mail.at) then return {'capped', ''} end
  redis.call('HSET', KEYS[1], 'mails', withMail(mails, mail.loop, mail.at, mail.atText))
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], mail.seconds)
return {'claimed', ''}`;

/** KEYS: subject. ARGV: field, the mail to strike from the caps. */
const RELEASE = `${MAIL_CAPS}
local mails = redis.call('HGET', KEYS[1], 'mails')
if mails then redis.call('HSET', KEYS[1], 'mails', withoutMail(mails, ARGV[2])) end
return redis.call('HDEL', KEYS[1], ARGV[1])`;

/** Who was sent what: outlives the provider's own memory of idempotency keys (24 hours at Resend). */
export function createLedger(redis: Redis, keys: Keys) {
  const field = ({ loop, entry, step }: SendKey): string => `sent|${loop}|${entry}|${step}`;

  return {
    /**
     * Claims the right to send, unless it was taken before, the address must not be mailed, or enough was sent to the subject lately; one
     * round trip. What is not marketing heeds neither suppressions nor caps, and does not count for these.
     */
    async claim(
      key: SendKey,
      { addressKey, runId, at, caps, isMarketing }: Omit<LedgerEntry, 'state'> & SendRules,
    ): Promise<SendClaim> {
      const entry: LedgerEntry = { state: 'sending', runId, at };
      const address = isMarketing ? addressKey : '';
      const header = {
        counts: isMarketing,
        caps,
        loop: key.loop,
        at,
        atText: String(at),
        seconds: LEDGER_SECONDS,
      };
      const [result, detail] = await reachRedis(() =>
        redis.eval<string[], [SendClaim['result'], string]>(
          CLAIM,
          [keys.subject(key.subject), keys.suppressed(address)],
          [field(key), JSON.stringify(entry), JSON.stringify(header)],
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

    /** Gives back a claim that was taken at this time: the provider has certainly not taken the email. */
    async release(key: SendKey, at: number): Promise<void> {
      await reachRedis(() =>
        redis.eval(RELEASE, [keys.subject(key.subject)], [field(key), `${at}:${key.loop}`]),
      );
    },
  };
}
