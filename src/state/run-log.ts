import type { Keys } from './keys.ts';
import { type Redis, reachRedis } from './redis.ts';

/** One thing that became of a run; written once however often it is reported. */
export interface RunFact {
  runId: string;
  loop: string;
  subject: string;
  /** `started`, or the outcome. */
  outcome: string;
  /** The step it is about; empty for the run as a whole. */
  step: string;
  /** When, ms since the epoch. */
  at: number;
  /** Anything worth knowing about it. */
  detail?: Record<string, unknown> | undefined;
  /** The run is over with this. */
  final?: boolean | undefined;
  /** Under which id QStash tells of it: told late, of a run that was taken up again since, it is not written down. */
  by?: string | undefined;
  /** Where the run is from now on: see `placeOf`. */
  place?: string | undefined;
}

/** What is known of one run. */
export interface RunRecord {
  runId: string;
  loop: string;
  subject: string;
  startedAt: number;
  endedAt?: number | undefined;
  /** The id under which QStash goes on with it, where it was resumed after a failure. */
  resumedAs?: string | undefined;
  /** The step that it is in, or was in last: see `placeOf`. */
  place?: string | undefined;
  facts: Array<Pick<RunFact, 'outcome' | 'step' | 'at' | 'detail' | 'final'>>;
}

/** How often each thing happened to a loop. */
export interface Tally {
  outcomes: Record<string, number>;
  /** Of what was not done, by its reason: `skipped: frequency cap`. */
  reasons: Record<string, number>;
  /** How many entered the loop: a run started, or an episode of an audience. */
  entered: number;
  /** How many reached its goal in time. */
  converted: number;
}

const RUN_SECONDS = 90 * 86_400;
const COUNTER_SECONDS = 800 * 86_400;
/** Outcomes that are also counted by their reason, of which there are few. */
export const WITH_REASON = ['skipped', 'suppressed', 'exited'];
/** Outcomes that tell of a step and do not settle it: it goes on later, by another definition, or never began. */
export const UNSETTLED: readonly string[] = ['postponed', 'followed', 'kept', 'superseded'];
/** How many runs are kept for looking at; the counters know of all. */
const MOST_RUNS = 10_000;

/** KEYS: run, counters, runs, subject, places for each fact. ARGV: bounds, then one JSON fact each. */
const RECORD = `
local written = 0
local function move(run, places, fact)
  local found = redis.call('HMGET', run, 'place', 'endedAt')
  local place, ended = found[1], found[2]
  -- A run may be at work, or over, before it is written down that it was started.
  if fact.outcome == 'started' and (place or ended) then return end
  if place and place ~= fact.place then redis.call('ZREM', places .. '|' .. place, fact.runId) end
  if fact.final or not fact.place then return end
  redis.call('HSET', run, 'place', fact.place)
  redis.call('ZADD', places .. '|' .. fact.place, fact.at, fact.runId)
  redis.call('EXPIRE', places .. '|' .. fact.place, ARGV[2])
end
for index = 1, #KEYS / 5 do
  local run, counters, runs, subject, places = unpack(KEYS, 5 * index - 4, 5 * index)
  local text = ARGV[4 + index]
  local fact = cjson.decode(text)
  if fact.by and redis.call('HEXISTS', run, 'gaveWay|' .. fact.by) == 1 then
    -- What went on in its place tells how it ends.
  elseif redis.call('HSETNX', run, 'fact|' .. fact.step .. '|' .. fact.outcome, text) == 0 then
    -- A run that was taken up again comes to the same end again.
    if fact.final and redis.call('HSETNX', run, 'endedAt', fact.at) == 1 then move(run, places, fact) end
  else
    written = written + 1
    redis.call('HSETNX', run, 'loop', fact.loop)
    redis.call('HSETNX', run, 'subject', fact.subject)
    redis.call('HSETNX', run, 'startedAt', fact.at)
    if fact.final or fact.place then move(run, places, fact) end
    if fact.final then redis.call('HSET', run, 'endedAt', fact.at) end
    redis.call('EXPIRE', run, ARGV[1])
    redis.call('HINCRBY', counters, fact.outcome, 1)
    local reason = fact.detail and fact.detail.reason
    if type(reason) == 'string' and string.find(ARGV[4], ',' .. fact.outcome .. ',', 1, true) then
      redis.call('HINCRBY', counters, fact.outcome .. '|' .. reason, 1)
    end
    redis.call('EXPIRE', counters, ARGV[2])
    redis.call('ZADD', runs, 'NX', fact.at, fact.runId)
    if fact.subject ~= '' then redis.call('HSETNX', subject, 'run|' .. fact.runId, fact.loop) end
    -- The ledger keeps a subject longer: its time is never cut short.
    redis.call('EXPIRE', subject, ARGV[1], 'NX')
    redis.call('EXPIRE', subject, ARGV[1], 'GT')
  end
end
if written > 0 then redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1 - ARGV[3]) end
return written`;

/** The bounded journal of runs, and the counters of their outcomes by loop and UTC day. */
export function createRunLog(redis: Redis, keys: Keys) {
  const readHash = (key: string) =>
    reachRedis(async () => (await redis.hgetall(key)) as unknown as HashReply | null).then(
      (hash) => hash ?? [],
    );

  return {
    /** Writes facts down, each once, in one round trip; answers how many were news. */
    async record(facts: readonly RunFact[]): Promise<number> {
      if (facts.length === 0) return 0;
      const keysOf = (fact: RunFact) => [
        keys.run(fact.runId),
        keys.counters(fact.loop, dayOf(fact.at)),
        keys.runs(),
        keys.subject(fact.subject),
        keys.places(),
      ];
      const bounds = [RUN_SECONDS, COUNTER_SECONDS, MOST_RUNS, `,${WITH_REASON.join()},`].map(String);
      return Number(
        await reachRedis(() =>
          redis.eval(RECORD, facts.flatMap(keysOf), [
            ...bounds,
            ...facts.map((fact) => JSON.stringify(fact)),
          ]),
        ),
      );
    },

    /** The newest runs first, without the first `from`. */
    async list(limit: number, from = 0): Promise<RunRecord[]> {
      return reachRedis(async () => {
        const runIds = await redis.zrange<string[]>(keys.runs(), from, from + limit - 1, { rev: true });
        const pipeline = redis.pipeline();
        for (const runId of runIds) pipeline.hgetall(keys.run(runId));
        const found = runIds.length === 0 ? [] : await pipeline.exec<HashReply[]>();
        return runIds.flatMap((runId, index) => readRun(runId, found[index] ?? []) ?? []);
      });
    },

    /** One run, or `undefined` when nothing (or nothing any more) is known of it. */
    async find(runId: string): Promise<RunRecord | undefined> {
      return readRun(runId, await readHash(keys.run(runId)));
    },

    /** The runs of a subject that are remembered, the newest first. */
    async ofSubject(subject: string): Promise<RunRecord[]> {
      return reachRedis(async () => {
        const fields = await redis.hkeys(keys.subject(subject));
        const runIds = fields.flatMap((field) =>
          field.startsWith('run|') ? [field.slice('run|'.length)] : [],
        );
        if (runIds.length === 0) return [];
        const pipeline = redis.pipeline();
        for (const runId of runIds) pipeline.hgetall(keys.run(runId));
        const found = await pipeline.exec<HashReply[]>();
        const runs = runIds.flatMap((runId, index) => readRun(runId, found[index] ?? []) ?? []);
        return runs.sort((left, right) => right.startedAt - left.startedAt);
      });
    },

    /** Notes that a run that had failed is not over; before QStash goes on with it, as it may come to its end at once. */
    async noteTakenUp({ runId, facts, startedAt, place }: RunRecord): Promise<void> {
      await reachRedis(() => {
        const pipeline = redis.pipeline().hdel(keys.run(runId), 'fact||failed');
        // It may have come to its end, and failed to say so to QStash: then nothing more is written of it.
        const end = facts.find(({ outcome, final }) => final === true && outcome !== 'failed');
        const score = facts.at(-1)?.at ?? startedAt;
        if (end !== undefined) pipeline.hset(keys.run(runId), { endedAt: end.at });
        else pipeline.hdel(keys.run(runId), 'endedAt');
        if (end === undefined && place !== undefined)
          pipeline.zadd(keys.place(place), { score, member: runId });
        return pipeline.exec<unknown[]>();
      });
    },

    /** Notes that it stays as it was: QStash could not be told to go on. */
    async noteNotTakenUp({ runId, loop, subject, endedAt, place, facts }: RunRecord): Promise<void> {
      const failed = facts.find(({ outcome }) => outcome === 'failed');
      if (endedAt === undefined || failed === undefined) return;
      await reachRedis(() => {
        const fact = JSON.stringify({ runId, loop, subject, ...failed, final: true });
        const pipeline = redis.pipeline().hset(keys.run(runId), { endedAt, 'fact||failed': fact });
        if (place !== undefined) pipeline.zrem(keys.place(place), runId);
        return pipeline.exec();
      });
    },

    /** Notes under which id QStash goes on with a run: what is told late of the one before is not believed. */
    async noteResumed(
      { runId, subject, loop, resumedAs: before }: RunRecord,
      resumedAs: string,
    ): Promise<void> {
      await reachRedis(() =>
        redis
          .pipeline()
          .hset(keys.run(runId), { resumedAs, [`gaveWay|${before ?? runId}`]: '1' })
          .hset(keys.subject(subject), { [`run|${resumedAs}`]: loop })
          .exec(),
      );
    },

    /** How often each outcome happened to a loop on one UTC day (`2026-11-20`). */
    async counts(loop: string, day: string): Promise<Record<string, number>> {
      return countsOf(await readHash(keys.counters(loop, day))).outcomes;
    },

    /** The same over several days, added up, and by the reasons for what was not done. */
    async tally(loop: string, days: readonly string[]): Promise<Tally & { byDay: Tally[] }> {
      const found = await reachRedis(async () => {
        const pipeline = redis.pipeline();
        for (const day of days) pipeline.hgetall(keys.counters(loop, day));
        return days.length === 0 ? [] : pipeline.exec<Array<HashReply | null>>();
      });
      const byDay = found.map((reply) => countsOf(reply ?? []));
      const tally: Tally = { outcomes: {}, reasons: {}, entered: 0, converted: 0 };
      for (const { outcomes, reasons, entered, converted } of byDay) {
        addUp(tally.outcomes, outcomes);
        addUp(tally.reasons, reasons);
        tally.entered += entered;
        tally.converted += converted;
      }
      return { ...tally, byDay };
    },
  };
}

/** The UTC day of a time in ms: `2026-11-20`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** A hash as Redis gives it: names and values in turn. */
type HashReply = readonly string[];

function fieldsOf(reply: HashReply): Record<string, string> {
  return Object.fromEntries(
    reply.flatMap((name, index) => (index % 2 === 0 ? [[name, reply[index + 1] ?? '']] : [])),
  );
}

/** Fields are an outcome, `outcome|reason`, or what is counted of goals: `|entered`, `|converted`. */
function countsOf(reply: HashReply): Tally {
  const tally: Tally = { outcomes: {}, reasons: {}, entered: 0, converted: 0 };
  for (const [field, text] of Object.entries(fieldsOf(reply))) {
    const count = Number(text);
    if (field === '|entered') tally.entered = count;
    else if (field === '|converted') tally.converted = count;
    else if (field.includes('|')) tally.reasons[field.replace('|', ': ')] = count;
    else tally.outcomes[field] = count;
  }
  return tally;
}

function addUp(sums: Record<string, number>, counts: Record<string, number>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}

function readRun(runId: string, reply: HashReply): RunRecord | undefined {
  if (reply.length === 0) return undefined;
  const hash = fieldsOf(reply);
  const facts = Object.entries(hash)
    .filter(([field]) => field.startsWith('fact|'))
    .map(([, text]) => JSON.parse(text) as RunFact)
    .map(({ outcome, step, at, detail, final }) => ({ outcome, step, at, detail, ...(final && { final }) }))
    .sort((left, right) => left.at - right.at);
  return {
    runId,
    loop: hash.loop ?? '',
    subject: hash.subject ?? '',
    startedAt: Number(hash.startedAt),
    endedAt: hash.endedAt === undefined ? undefined : Number(hash.endedAt),
    resumedAs: hash.resumedAs,
    place: hash.place,
    facts,
  };
}
