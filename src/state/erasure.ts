import { createHash } from 'node:crypto';
import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** For how long a late word about somebody who was erased is turned away: longer than any sender tries again. */
const TOMBSTONE_SECONDS = 30 * 86_400;

/** The key that says that a subject, or a customer that was theirs, was erased lately, and does not name them. */
export function tombstoneOf(keys: Keys, subject: string): string {
  return keys.erased(createHash('sha256').update(subject).digest('base64url'));
}

/** Forgets a person: everything that names them is under keys that lead from the subject's own. */
export function createErasure(redis: Redis, keys: Keys) {
  /** In which steps runs are, those that are in one. */
  async function placesOf(runIds: readonly string[]): Promise<Array<{ runId: string; place: string }>> {
    if (runIds.length === 0) return [];
    const found = await reachRedis(() => {
      const pipeline = redis.pipeline();
      for (const runId of runIds) pipeline.hget(keys.run(runId), 'place');
      return pipeline.exec<Array<string | null>>();
    });
    return runIds.flatMap((runId, index) => {
      const place = found[index];
      return place ? [{ runId, place }] : [];
    });
  }

  return {
    /** The runs that there have been for a subject, as far as they are remembered. */
    async runsOf(subject: string): Promise<string[]> {
      return runsIn(await reachRedis(() => redis.hkeys(keys.subject(subject))));
    },

    /** Everything that is kept about a subject, field by field, as it is kept. */
    async dump(subject: string): Promise<Record<string, unknown>> {
      const [facts, contact] = await reachRedis(async () => {
        const pipeline = redis.pipeline();
        pipeline.hgetall(keys.subject(subject)).hgetall(keys.contact(subject));
        return pipeline.exec<[string[] | null, string[] | null]>();
      });
      return {
        contact: Object.fromEntries(pairsOf(contact ?? [])),
        facts: Object.fromEntries(pairsOf(facts ?? []).map(([field, value]) => [field, plainOf(value)])),
      };
    },

    /** Removes every key about a subject. An address that must not be mailed stays so: its hash names nobody. */
    async erase(subject: string): Promise<void> {
      const [facts, addressKey] = await reachRedis(async () => {
        const pipeline = redis.pipeline();
        pipeline.hgetall(keys.subject(subject)).hget(keys.contact(subject), 'addressKey');
        return pipeline.exec<[string[] | null, string | null]>();
      });
      const places = await placesOf(runsIn(pairsOf(facts ?? []).map(([field]) => field)));
      await reachRedis(async () => {
        const pipeline = redis.pipeline();
        for (const { runId, place } of places) pipeline.zrem(keys.place(place), runId);
        pipeline.set(tombstoneOf(keys, subject), '1', { ex: TOMBSTONE_SECONDS });
        pipeline.del(keys.subject(subject), keys.contact(subject), keys.gate(subject));
        if (addressKey) pipeline.del(keys.address(addressKey));
        for (const [field, value] of pairsOf(facts ?? [])) {
          const [kind, id = ''] = field.split('|');
          if (kind === 'customer') {
            pipeline.del(keys.customer(value));
            pipeline.set(tombstoneOf(keys, value), '1', { ex: TOMBSTONE_SECONDS });
          }
          if (kind === 'run') pipeline.del(keys.run(id)).zrem(keys.runs(), id);
          const [, loop = '', entry = ''] = field.split('|');
          if (kind === 'trial') pipeline.zrem(keys.looks(loop, entry), subject);
          if (kind === 'waits')
            for (const topic of JSON.parse(value) as string[]) pipeline.hdel(keys.waiting(topic), id);
        }
        await pipeline.exec();
      });
    },

    /** Whether a subject, or a customer that was somebody's, was erased lately. */
    wasErased: async (subject: string): Promise<boolean> =>
      (await reachRedis(() => redis.exists(tombstoneOf(keys, subject)))) === 1,
  };
}

function runsIn(fields: readonly string[]): string[] {
  return fields.flatMap((field) => (field.startsWith('run|') ? [field.slice('run|'.length)] : []));
}

/** A hash as Redis gives it, names and values in turn, as pairs. */
function pairsOf(reply: readonly string[]): Array<[string, string]> {
  return reply.flatMap((name, index) =>
    index % 2 === 0 ? [[name, reply[index + 1] ?? ''] as [string, string]] : [],
  );
}

/** What was kept as JSON, read. */
function plainOf(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
