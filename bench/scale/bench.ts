import type { LoopInput } from '../../src/index.ts';
import { createWorld } from '../../src/testing/index.ts';
import { startRedisRestServer } from '../../test/servers/redis-rest.ts';
import type { Bench, Plot, Size } from '../bench.ts';
import { DAY_S, type Load, simulateDay } from './simulate-day.ts';

const PEOPLE: Readonly<Record<Size, number>> = { smoke: 4, usual: 300, long: 3_000 };

/** What one run, one person and one event leave in a real Redis, and a day of 100 million users against the limits it meets. */
export const scale: Bench = {
  name: 'scale',
  async run(size) {
    return { tables: [await measureKeys(PEOPLE[size]), simulated()], plots: [waits()] };
  },
};

const LOOP = {
  type: 'activation',
  opinion: 'Whoever shares a report on the first day stays.',
  goal: { event: 'plan.bought', within: '30d' },
  steps: [
    {
      trigger: { type: 'event', name: 'user.created' },
      condition: { type: 'event', name: 'report.shared', timeout: '1d' },
      action: {
        type: 'email',
        template: 'activation_welcome',
        personalization: { name: '{{user.name}}', activationLink: 'https://app.example/start' },
      },
    },
  ],
} satisfies LoopInput;

/** Half of the people do what the loop waits for and get an email. Read while all wait, and when all is over. */
async function measureKeys(people: number) {
  const redis = await startRedisRestServer({ takesUpstashLine: true });
  const world = await createWorld({
    config: LOOP,
    variables: { UPSTASH_REDIS_REST_URL: redis.url, UPSTASH_REDIS_REST_TOKEN: redis.token },
  });
  const ask = async (...command: unknown[]): Promise<unknown> => {
    const response = await fetch(redis.url, { method: 'POST', body: JSON.stringify(command) });
    return ((await response.json()) as { result: unknown }).result;
  };
  await world.sql(
    `insert into users (email, name) select 'person-' || n || '@example.com', 'Person ' || n from generate_series(1, $1::int) n`,
    [people],
  );
  const tell = async (name: string, count: number): Promise<void> => {
    for (let id = 1; id <= count; id += 1) await world.track({ name, subject: String(id) });
  };
  await tell('user.created', people);
  const waiting = await readKeys(ask);
  await tell('report.shared', people / 2);
  await world.advance('2d');
  const after = await readKeys(ask);
  await world.close();
  await redis.stop();
  const kinds = [...new Set([...waiting.keys(), ...after.keys()])].sort();
  const rows = kinds.map((kind) => {
    const [now, later] = [waiting.get(kind), after.get(kind)];
    return {
      kind,
      waitingKeys: (now?.keys ?? 0) / people,
      waitingBytes: (now?.bytes ?? 0) / people,
      afterKeys: (later?.keys ?? 0) / people,
      afterBytes: (later?.bytes ?? 0) / people,
      days: later?.days ?? now?.days ?? null,
    };
  });
  const sum = (key: 'waitingKeys' | 'waitingBytes' | 'afterKeys' | 'afterBytes'): number =>
    rows.reduce((total, row) => total + row[key], 0);
  const together = {
    kind: 'together',
    waitingKeys: sum('waitingKeys'),
    waitingBytes: sum('waitingBytes'),
    afterKeys: sum('afterKeys'),
    afterBytes: sum('afterBytes'),
    days: null,
  };
  return {
    title: `What a run leaves in Redis, each for one of ${people} people`,
    columns: [
      { key: 'kind', label: 'key' },
      { key: 'waitingKeys', label: 'keys while it waits', digits: 2 },
      { key: 'waitingBytes', label: 'bytes' },
      { key: 'afterKeys', label: 'keys when it is over', digits: 2 },
      { key: 'afterBytes', label: 'bytes' },
      { key: 'days', label: 'kept for days at most' },
    ],
    rows: [...rows, together],
  };
}

interface Kind {
  keys: number;
  bytes: number;
  /** The longest that one of them lives on; `null` where one is kept for good. */
  days: number | null;
}

async function readKeys(ask: (...command: unknown[]) => Promise<unknown>): Promise<Map<string, Kind>> {
  const kinds = new Map<string, Kind>();
  for (let cursor = '0'; ; ) {
    const [next, keys] = (await ask('SCAN', cursor, 'COUNT', 1_000)) as [string, string[]];
    for (const key of keys) {
      const [, , kind = ''] = key.split(/[:|]/);
      const bytes = Number(await ask('MEMORY', 'USAGE', key, 'SAMPLES', 0));
      const ttl = Number(await ask('PTTL', key));
      const days = ttl < 0 ? null : ttl / (DAY_S * 1_000);
      const known = kinds.get(kind) ?? { keys: 0, bytes: 0, days: 0 };
      const longest = known.days === null || days === null ? null : Math.max(known.days, days);
      kinds.set(kind, { keys: known.keys + 1, bytes: known.bytes + bytes, days: longest });
    }
    cursor = String(next);
    if (cursor === '0') return kinds;
  }
}

/** 100 million users of whom so many sign up a day; the peak hour has three times the mean. */
const DAY: Load = {
  arrivalsPerDay: 1_000_000,
  peak: 3,
  deliveriesPerArrival: 3,
  deliveryMs: 250,
  drains: 1,
  drainPerSecond: 250,
  drainSeconds: 60,
  concurrency: 100,
  outage: undefined,
};

const AWAY = { hour: 14, hours: 1 };
const TEN_MILLION: Partial<Load> = { arrivalsPerDay: 10_000_000, drains: 2, concurrency: 400 };

const CASES: ReadonlyArray<{ name: string; load: Partial<Load> }> = [
  {
    name: '1 million sign-ups a day, the minute tick alone, 100 deliveries at once',
    load: { drainSeconds: 8 },
  },
  { name: '3 million, the minute tick alone', load: { arrivalsPerDay: 3_000_000, drainSeconds: 8 } },
  { name: '1 million, a relay', load: {} },
  { name: 'the same, QStash or the functions away for an hour at the peak', load: { outage: AWAY } },
  { name: '5 million, a relay', load: { arrivalsPerDay: 5_000_000 } },
  {
    name: '5 million, a relay, 200 deliveries at once',
    load: { arrivalsPerDay: 5_000_000, concurrency: 200 },
  },
  { name: '10 million, a relay, 400 at once', load: { ...TEN_MILLION, drains: 1 } },
  { name: '10 million, two relays, 400 at once', load: TEN_MILLION },
  { name: 'the same, an hour away at the peak', load: { ...TEN_MILLION, outage: AWAY } },
];

function simulated() {
  return {
    title: 'A simulated day',
    columns: [
      { key: 'name', label: 'load' },
      { key: 'peakPerSecond', label: 'rows/s at the peak' },
      { key: 'outbox', label: 'most rows in the outbox' },
      { key: 'outboxDelayS', label: 'longest in it, s' },
      { key: 'queue', label: 'most deliveries waiting' },
      { key: 'queueDelayS', label: 'longest wait, s' },
      { key: 'leftOver', label: 'left at midnight' },
    ],
    rows: CASES.map(({ name, load }) => ({ name, ...simulateDay({ ...DAY, ...load }) })),
  };
}

const ARRIVALS = [0.5, 1, 2, 3, 5, 10, 20].map((millions) => millions * 1_000_000);

const SET_UPS: ReadonlyArray<{ name: string; load: Partial<Load> }> = [
  { name: 'the minute tick, 100 at once', load: { drainSeconds: 8 } },
  { name: 'a relay, 100 at once', load: {} },
  { name: 'a relay, 200 at once', load: { concurrency: 200 } },
  { name: 'two relays, 400 at once', load: { drains: 2, concurrency: 400 } },
];

/** What breaks first, and what then: whoever waits for less than a second is drawn as one. */
function waits(): Plot {
  return {
    name: 'scale',
    title: 'The longest wait of a day, by how many sign up',
    x: 'sign-ups a day',
    y: 'seconds in the outbox and for a delivery',
    series: SET_UPS.map(({ name, load }) => ({
      name,
      points: ARRIVALS.map((arrivalsPerDay) => {
        const { outboxDelayS, queueDelayS } = simulateDay({ ...DAY, ...load, arrivalsPerDay });
        return [arrivalsPerDay, Math.max(1, outboxDelayS + queueDelayS)] as const;
      }),
    })),
  };
}
