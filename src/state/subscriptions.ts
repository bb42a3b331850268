import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** What a customer subscribes to. */
export interface Subscription {
  /** The lookup key of its price, else the id of its product. */
  plan: string;
  /** As Stripe says: `active`, `trialing`, `past_due`, `canceled` ... */
  status: string;
  /** What it costs in a month of 30 days, in the smallest unit of its currency. */
  monthlyAmount: number;
  /** The billing period that runs, ms since the epoch. */
  periodStart: number;
  periodEnd: number;
}

/** A customer after a write: whose it is, what the loops were last told of it, and which telling that was. */
export interface CustomerRecord {
  subject: string | undefined;
  current: Subscription | undefined;
  told: Subscription | undefined;
  version: number;
  /** The ticket of the look that `current` was seen with. */
  ticket: number;
}

/** KEYS: customer. ARGV: ticket, subscription as JSON or nothing. A fetch that began before the one written last says nothing new. */
const STORE = `
local held = tonumber(redis.call('HGET', KEYS[1], 'written') or '0')
if tonumber(ARGV[1]) > held then
  redis.call('HSET', KEYS[1], 'written', ARGV[1], 'current', ARGV[2])
end
return redis.call('HMGET', KEYS[1], 'subject', 'current', 'told', 'version', 'written')`;

const TELL = `
if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'told', ARGV[2], 'version', tonumber(ARGV[1]) + 1)
return 1`;

/** What customers subscribe to, by the billing provider's own word, and whose customers they are. */
export function createSubscriptions(redis: Redis, keys: Keys) {
  async function subjectOf(customer: string): Promise<string | undefined> {
    return (await reachRedis(() => redis.hget<string>(keys.customer(customer), 'subject'))) ?? undefined;
  }

  return {
    /** Says whose a customer is; whose it was before has it no longer. */
    async tie(customer: string, subject: string): Promise<void> {
      const before = await subjectOf(customer);
      await reachRedis(async () => {
        const pipeline = redis.pipeline();
        if (before !== undefined && before !== subject) pipeline.hdel(keys.subject(before), 'customer');
        pipeline.hset(keys.customer(customer), { subject }).hset(keys.subject(subject), { customer });
        await pipeline.exec();
      });
    },

    /** Whose a customer is, or `undefined`. */
    subjectOf,

    /** A number to be taken before a customer's subscription is fetched, so that {@link store} knows which fetch began last. */
    ticket: (customer: string): Promise<number> =>
      reachRedis(() => redis.hincrby(keys.customer(customer), 'ticket', 1)),

    /** Keeps what was fetched under a ticket, unless a later one was kept before. */
    async store(
      customer: string,
      ticket: number,
      subscription: Subscription | undefined,
    ): Promise<CustomerRecord> {
      const [subject, current, told, version, written] = await reachRedis(() =>
        redis.eval<string[], Array<string | null>>(
          STORE,
          [keys.customer(customer)],
          [String(ticket), subscription === undefined ? '' : JSON.stringify(subscription)],
        ),
      );
      return {
        subject: subject ?? undefined,
        current: readSubscription(current),
        told: readSubscription(told),
        version: Number(version ?? 0),
        ticket: Number(written ?? 0),
      };
    },

    /** Notes what the loops were told of a customer; a telling that another one overtook changes nothing. */
    async tell(customer: string, version: number, subscription: Subscription | undefined): Promise<void> {
      await reachRedis(() =>
        redis.eval(
          TELL,
          [keys.customer(customer)],
          [String(version), subscription === undefined ? '' : JSON.stringify(subscription)],
        ),
      );
    },

    /** What a subject subscribes to now, or `undefined`. */
    async of(subject: string): Promise<Subscription | undefined> {
      const customer = await reachRedis(() => redis.hget<string>(keys.subject(subject), 'customer'));
      if (customer === null) return undefined;
      return readSubscription(await reachRedis(() => redis.hget<string>(keys.customer(customer), 'current')));
    },
  };
}

function readSubscription(text: string | null | undefined): Subscription | undefined {
  return text ? (JSON.parse(text) as Subscription) : undefined;
}
