import type { Plan } from '../plan/index.ts';
import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';
import { dayOf } from './run-log.ts';

/** How many runs are in one step of one definition. */
export interface Standing {
  runs: number;
  /** Those of them that came there after the time that was asked about. */
  recent: number;
}

/** A step of a definition, and a time in ms since the epoch. */
export interface AskedPlace {
  plan: Pick<Plan, 'loop' | 'hash'>;
  step: string;
  since: number;
}

/** Each is a few KB. */
const PLANS_AT_ONCE = 100;
const PLACES_AT_ONCE = 500;
/** As long as counters are kept: longer than any run takes. */
const PLAN_SECONDS = 800 * 86_400;

/** Under which name it is written down that a run is in a step of a definition. */
export function placeOf({ loop, hash }: Pick<Plan, 'loop' | 'hash'>, step: string): string {
  return `${loop}|${hash}|${step}`;
}

/** Where the runs under way are, counted: however many there are, it is told by a few commands. */
export function createUnderWay(redis: Redis, keys: Keys) {
  const noted = new Set<string>();

  return {
    /** Keeps the definitions that runs are started by; each is written once a day by each instance. */
    async notePlans(plans: readonly Plan[], now: number): Promise<void> {
      const stampOf = ({ hash }: Plan) => `${hash} ${dayOf(now)}`;
      const fresh = [...new Map(plans.map((plan) => [plan.hash, plan])).values()].filter(
        (plan) => !noted.has(stampOf(plan)),
      );
      if (fresh.length === 0) return;
      await reachRedis(async () => {
        const pipeline = redis.pipeline();
        for (const plan of fresh) {
          pipeline.set(keys.plan(plan.hash), JSON.stringify(plan), { ex: PLAN_SECONDS });
          pipeline.zadd(keys.plans(), { score: now, member: plan.hash });
        }
        pipeline.zremrangebyscore(keys.plans(), 0, now - PLAN_SECONDS * 1_000);
        await pipeline.exec();
      });
      for (const plan of fresh) noted.add(stampOf(plan));
    },

    /** The definitions that runs were started by, the newest last. */
    async plans(): Promise<Plan[]> {
      const hashes = await reachRedis(() => redis.zrange<string[]>(keys.plans(), 0, -1));
      const plans: Plan[] = [];
      for (let from = 0; from < hashes.length; from += PLANS_AT_ONCE) {
        const some = hashes.slice(from, from + PLANS_AT_ONCE);
        const found = await reachRedis(() => redis.mget<Array<string | null>>(some.map(keys.plan)));
        plans.push(...found.flatMap((text) => (text === null ? [] : [JSON.parse(text) as Plan])));
      }
      return plans;
    },

    /** How many runs are in each of these steps. */
    async standings(asked: readonly AskedPlace[]): Promise<Standing[]> {
      const counts: number[] = [];
      for (let from = 0; from < asked.length; from += PLACES_AT_ONCE) {
        const pipeline = redis.pipeline();
        for (const { plan, step, since } of asked.slice(from, from + PLACES_AT_ONCE)) {
          const key = keys.place(placeOf(plan, step));
          pipeline.zcard(key).zcount(key, `(${since}`, '+inf');
        }
        counts.push(...(await reachRedis(() => pipeline.exec<number[]>())));
      }
      return asked.map((_, index) => ({
        runs: Number(counts[2 * index] ?? 0),
        recent: Number(counts[2 * index + 1] ?? 0),
      }));
    },
  };
}
