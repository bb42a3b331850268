import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** A run that sleeps until something happens. */
export interface Wait {
  runId: string;
  /** The event id of its `waitForEvent`, which a notify has to name. */
  eventId: string;
  loop: string;
  subject: string;
  /** Its condition, for whoever looks before waking it. */
  condition: unknown;
}

/** A column by which runs wait for a table's rows. */
export interface WaitedColumn {
  table: string;
  column: string;
}

/** Kept past the end of a wait, so that a late notify still finds its run. */
const GRACE_SECONDS = 86_400;

/** Which runs wait for what. A topic is one thing that may happen to one subject. */
export function createWaits(redis: Redis, keys: Keys) {
  return {
    /** Notes that a run waits for these topics for `seconds`; doing it twice changes nothing. */
    async add(
      wait: Wait,
      options: { topics: readonly string[]; columns: readonly WaitedColumn[]; seconds: number },
    ): Promise<void> {
      if (options.topics.length === 0) return;
      await reachRedis(async () => {
        const pipeline = redis.pipeline();
        for (const topic of options.topics) {
          pipeline.hset(keys.waiting(topic), { [wait.runId]: JSON.stringify(wait) });
          // Another wait for the same topic may last longer: its time is never cut short.
          for (const unless of ['NX', 'GT'] as const)
            pipeline.expire(keys.waiting(topic), options.seconds + GRACE_SECONDS, unless);
        }
        pipeline.hset(keys.subject(wait.subject), {
          [`waits|${wait.runId}`]: JSON.stringify(options.topics),
        });
        for (const { table, column } of options.columns)
          pipeline.hset(keys.columns(), { [`${table}|${column}`]: '1' });
        await pipeline.exec();
      });
    },

    /** Notes that a run waits no longer. */
    async remove(
      { runId, subject }: Pick<Wait, 'runId' | 'subject'>,
      topics: readonly string[],
    ): Promise<void> {
      if (topics.length === 0) return;
      await reachRedis(async () => {
        const pipeline = redis.pipeline();
        for (const topic of topics) pipeline.hdel(keys.waiting(topic), runId);
        pipeline.hdel(keys.subject(subject), `waits|${runId}`);
        await pipeline.exec();
      });
    },

    /** Notes that runs of a subject wait for nothing any more, whatever it was. */
    async drop(subject: string, runIds: readonly string[]): Promise<void> {
      if (runIds.length === 0) return;
      await reachRedis(async () => {
        const fields = runIds.map((runId) => `waits|${runId}`);
        const reading = redis.pipeline();
        for (const field of fields) reading.hget(keys.subject(subject), field);
        const found = await reading.exec<Array<string | null>>();
        const pipeline = redis.pipeline().hdel(keys.subject(subject), ...fields);
        for (const [index, runId] of runIds.entries())
          for (const topic of JSON.parse(found[index] ?? '[]') as string[])
            pipeline.hdel(keys.waiting(topic), runId);
        await pipeline.exec();
      });
    },

    /** The runs that wait for any of these topics, each once. */
    async on(topics: readonly string[]): Promise<Wait[]> {
      if (topics.length === 0) return [];
      const found = await reachRedis(async () => {
        const pipeline = redis.pipeline();
        for (const topic of topics) pipeline.hvals(keys.waiting(topic));
        return pipeline.exec<string[][]>();
      });
      const waits = found.flat().map((text) => JSON.parse(text) as Wait);
      return [...new Map(waits.map((wait) => [wait.runId, wait])).values()];
    },

    /** By which columns runs wait for rows: of the loops as deployed now, and of definitions that only old runs still have. */
    async columns(): Promise<WaitedColumn[]> {
      const fields = await reachRedis(() => redis.hkeys(keys.columns()));
      return fields.map((field) => {
        const [table = '', column = ''] = field.split('|');
        return { table, column };
      });
    },
  };
}
