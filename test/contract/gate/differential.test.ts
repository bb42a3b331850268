import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, createGate, type Decision, type Gate, type Take } from '../../../src/gate/index.ts';
import { hasRedis, startRedisRestServer } from '../../servers/redis-rest.ts';
import { command, DAY, plansOf, START, startLocalRedis, type TestRedis, type Usage } from './gate-world.ts';

const OPERATIONS = Number(process.env.SKENE_GATE_OPERATIONS ?? 60_000);
const SEED = Number(process.env.SKENE_GATE_SEED ?? Date.now() % 1_000_000_000);
/** As many as go in one request. */
const WAVE = 250;
const SUBJECTS = ['ada', 'böb', 'eve:1', "mallory';--", '用户', 'zoë 🦊'];

/** One limit of each kind of period. */
const USAGES: Usage[] = [
  { limit: { free: 20, pro: 60, paid: Infinity }, period: '1h', warnAt: 0.8, endpoint: '/loop-1' },
  { limit: { free: 30, pro: 90 }, period: 'billing', endpoint: '/loop-2' },
  {
    limit: { free: 25, 'büro & co': 50 },
    period: 'day',
    timezone: 'America/New_York',
    warnAt: 0.5,
    isSoft: true,
    endpoint: '/loop-3',
  },
];

/** A place where the same things are done: a Redis, and the loops. */
interface Place {
  redis: TestRedis;
  plans: ReturnType<typeof plansOf>;
  gate: Gate;
  /** What was taken, to be given back later. */
  takes: Take[];
}

type Random = (below: number) => number;
type Step = { kind: 'take' | 'peek' | 'refuse'; ask: Ask } | { kind: 'undo'; which: number };

describe.runIf(hasRedis('the differential test of the gate'))(
  `the same ${OPERATIONS} operations (seed ${SEED})`,
  () => {
    const servers: Array<TestRedis & { stop(): Promise<void> }> = [];
    beforeAll(async () => {
      servers.push(await startRedisRestServer({ takesUpstashLine: true }), await startLocalRedis());
    });
    afterAll(() => Promise.all(servers.map(({ stop }) => stop())));

    it('have the same answers on a real Redis, on the local one, and when a second rule keeps the script from its short way', async () => {
      console.info(`SKENE_GATE_SEED=${SEED}`);
      const random = createRandom(SEED);
      const [real, local] = servers;
      if (real === undefined || local === undefined) throw new Error('No servers were started.');
      const plans = plansOf(...USAGES);
      const ample = plansOf({ limit: { free: 1e12, paid: 1e12 }, endpoint: '/**' });
      const withAmple = [...plans, ...ample.map((plan) => ({ ...plan, loop: 'ample' }))];
      const places = [
        openPlace(real, plans, 'short'),
        openPlace(local, plans, 'short'),
        openPlace(real, withAmple, 'thorough'),
      ];
      let now = START;
      for (let done = 0; done < OPERATIONS; done += WAVE) {
        now = Math.max(START, now + random(3 * 3_600_000) - 3_600_000 + (random(40) === 0 ? 31 * DAY : 0));
        for (const place of places) place.gate = reopen(place, now);
        const steps = Array.from({ length: WAVE }, () => stepOf(random, places[0]?.takes.length ?? 0));
        const [first, ...others] = await Promise.all(places.map((place) => perform(place, steps)));
        for (const answers of others) expect(answers).toEqual(first);
        await Promise.all(places.map(({ gate }) => gate.settled()));
        const change = changeOf(random, now);
        await Promise.all(places.map(({ gate }) => change(gate)));
      }
      const [state, same] = await Promise.all([stateOf(real, 'short'), stateOf(local, 'short')]);
      expect(same).toEqual(state);
      expect(state.filter((fields) => fields !== '')).toHaveLength(SUBJECTS.length);
    }, 300_000);
  },
);

const namespaceOf = (name: string) => `differential-${SEED}-${name}`;

function openPlace(redis: TestRedis, plans: Place['plans'], name: string): Place & { name: string } {
  const place = { redis, plans, name, takes: [] as Take[] };
  return { ...place, gate: reopen(place, START) };
}

/** Every wave has gates that remember nothing, so that each operation is decided by Redis. */
function reopen(
  { redis, plans, name }: { redis: TestRedis; plans: Place['plans']; name?: string },
  now: number,
): Gate {
  return createGate({
    plans,
    redis,
    namespace: namespaceOf(name ?? ''),
    now: () => now,
    timeoutMs: 60_000,
    onEvents: async () => {},
  });
}

function stepOf(random: Random, taken: number): Step {
  const roll = random(100);
  if (roll < 15 && taken > 0) return { kind: 'undo', which: random(taken) };
  const ask: Ask = {
    subject: SUBJECTS[random(SUBJECTS.length)] ?? '',
    cost: random(5) === 0 ? 1 + random(12) : 1,
    // Without a route all rules decide together.
    route: random(4) === 0 ? undefined : { method: 'POST', path: `/loop-${1 + random(3)}` },
    plan: random(10) === 0 ? ['free', 'pro', 'büro & co', 'unheard of'][random(4)] : undefined,
  };
  if (roll < 25) return { kind: roll < 20 ? 'peek' : 'refuse', ask };
  return { kind: 'take', ask: { ...ask, rid: `call-${random(20_000)}` } };
}

async function perform(place: Place, steps: Step[]): Promise<unknown[]> {
  // Asked for in one turn, they go in one request, and are done in their order.
  const outcomes = await Promise.all(
    steps.map(async (step) => {
      if (step.kind === 'undo') {
        const { hold = '', standings = [] } = place.takes[step.which] ?? {};
        return {
          undone: await place.gate.undo({ subject: subjectOf(step.which, place), hold }),
          had: standings.length > 0,
        };
      }
      const { ask, kind } = step;
      const decision = kind === 'take' ? await place.gate.take(ask) : await place.gate[kind](ask);
      return { decision, ask };
    }),
  );
  return outcomes.map((outcome) => {
    if ('undone' in outcome) return outcome.undone;
    if ('hold' in outcome.decision)
      place.takes.push(Object.assign(outcome.decision as Take, { subject: outcome.ask.subject }));
    return shownOf(outcome.decision);
  });
}

function subjectOf(which: number, { takes }: Place): string {
  return (takes[which] as Take & { subject: string }).subject;
}

/** What must be the same wherever it is decided. */
function shownOf({ allowed, verdict, plan, replayed, degraded, standings }: Decision): unknown {
  const numbers = standings
    .filter(({ rule }) => rule.loop !== 'ample')
    .map(({ rule, used, limit, periodStart, resetAt, sequence }) => [
      rule.name,
      used,
      limit,
      periodStart,
      resetAt,
      sequence,
    ]);
  return { allowed, verdict, plan, replayed, degraded, numbers };
}

/** Something that happens between the waves to one subject. */
function changeOf(random: Random, now: number): (gate: Gate) => Promise<unknown> {
  const subject = SUBJECTS[random(SUBJECTS.length)] ?? '';
  const loop = `loop-${1 + random(3)}`;
  const until = random(2) === 0 ? undefined : now + random(40 * DAY);
  const periodStart = now - random(20 * DAY);
  const plan = {
    plan: ['pro', 'paid', 'büro & co', 'unheard of'][random(4)] ?? '',
    periodStart,
    periodEnd: periodStart + (28 + random(4)) * DAY,
    isPaying: random(3) > 0,
    customer: `cus_${random(2)}`,
    version: random(1_000),
  };
  const units = 1 + random(9);
  switch (random(5)) {
    case 0:
      return (gate) => gate.setPlan(subject, plan);
    case 1:
      return (gate) => gate.setLimit(subject, loop, { limit: units * 5, until });
    case 2:
      return (gate) => gate.setLimit(subject, loop, undefined);
    case 3:
      return (gate) => gate.grant(subject, loop, { id: `gift:${units}`, units, until });
    default:
      return (gate) => gate.revoke(subject, loop, `gift:${units}`);
  }
}

async function stateOf(redis: TestRedis, name: string): Promise<string[]> {
  const replies = await command(
    redis,
    ...SUBJECTS.map((subject) => ['HGETALL', `skene:${namespaceOf(name)}:gate:${subject}`]),
  );
  return replies.map((reply) => {
    const words = reply as string[];
    const fields = words.flatMap((word, index) => (index % 2 === 0 ? [`${word} = ${words[index + 1]}`] : []));
    return fields.sort().join('\n');
  });
}

/** Whole numbers below what is asked for, the same for the same seed (mulberry32). */
function createRandom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
