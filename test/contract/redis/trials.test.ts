import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../../src/dev/clock.ts';
import { type Listening, listen } from '../../../src/dev/listen.ts';
import { createRedisServer } from '../../../src/dev/redis/index.ts';
import { createState, type Exposure, type State, type TrialSite } from '../../../src/state/index.ts';
import { hasRedis, type RedisRestServer, startRedisRestServer } from '../../servers/redis-rest.ts';

const TOKEN = 'token';
const DAY = 86_400_000;
const START = Date.parse('2026-11-21T09:00:00Z');
const HOUR = 3_600_000;

const server = createRedisServer({
  clock: createClock({ frozen: true, start: START }),
  journal: undefined,
  token: TOKEN,
});
let local: Listening;
let real: RedisRestServer | undefined;
let namespaces = 0;

beforeAll(async () => {
  local = await listen((request) => server.handle(request), { port: 0 });
  if (hasRedis('trials on a real Redis')) real = await startRedisRestServer();
});
afterAll(async () => {
  await local.close();
  await real?.stop();
  server.close();
});

/** A state of its own on each server there is. */
function states(): State[] {
  namespaces += 1;
  const namespace = `test-${namespaces}`;
  return [{ url: local.url, token: TOKEN }, ...(real === undefined ? [] : [real])].map(({ url, token }) =>
    createState({ url, token, namespace }),
  );
}

const site: TrialSite = { loop: 'l', entry: 'e', goal: 'g', within: (7 * DAY) / 1000, firstLook: 3_600 };
const exposure = (subject: string, more: Partial<Exposure> = {}): Exposure => ({
  subject,
  episode: 'one',
  group: 'sent',
  step: 's',
  arm: 'a',
  at: START,
  ...more,
});

/** Does the same on every server, and answers with what they agree on. */
async function everywhere<T>(work: (state: State) => Promise<T>): Promise<T> {
  const [first, ...others] = await Promise.all(states().map(work));
  for (const other of others) expect(other).toEqual(first);
  return first as T;
}

describe('trials', () => {
  it('are counted by group, step and arm, and conversions by what went before them', async () => {
    const counts = await everywhere(async ({ trials }) => {
      await trials.expose(site, [
        exposure('ada'),
        exposure('bob', { arm: 'b' }),
        exposure('eve', { group: 'held', arm: '' }),
      ]);
      await trials.enter([{ site, subject: 'zoe', episode: 'one', at: START }]);
      const at = START + HOUR;
      expect(
        await trials.reach(['ada', 'eve', 'zoe', 'nobody'].map((subject) => ({ site, subject, at }))),
      ).toEqual([true, true, true, false]);
      return trials.counts(site, START + 2 * HOUR);
    });
    const part = Math.floor((START * 16) / (7 * DAY));
    expect(counts).toEqual({
      treated: { subjects: 2, converted: 1 },
      held: { subjects: 1, converted: 1 },
      unmailed: 1,
      steps: [
        {
          step: 's',
          arms: [
            {
              arm: 'a',
              mailed: 1,
              closed: 0,
              open: [{ part, mails: 1 }],
              opened: 0,
              clicked: 0,
              converted: 1,
            },
            {
              arm: 'b',
              mailed: 1,
              closed: 0,
              open: [{ part, mails: 1 }],
              opened: 0,
              clicked: 0,
              converted: 0,
            },
          ],
          delays: [1],
        },
      ],
      // All three within an hour of when they entered.
      took: [0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0],
    });
  });

  it('credit the last email before the goal, and the group by the time since the first', async () => {
    const counts = await everywhere(async ({ trials }) => {
      await trials.expose(site, [exposure('ada'), exposure('bob')]);
      const later = { step: 't', arm: '', continues: true, at: START + 5 * DAY };
      await trials.expose(site, [exposure('ada', later), exposure('bob', later)]);
      await trials.reach([
        { site, subject: 'ada', at: START + 6 * DAY },
        { site, subject: 'bob', at: START + 8 * DAY },
      ]);
      return trials.counts(site, START + 9 * DAY);
    });
    expect(counts.treated).toEqual({ subjects: 2, converted: 1 });
    expect(counts.steps.map(({ step, arms }) => [step, arms[0]?.mailed, arms[0]?.converted])).toEqual([
      ['s', 2, 0],
      ['t', 2, 2],
    ]);
  });

  it('fold emails whose window is over, so that what is kept does not grow with time', async () => {
    const counts = await everywhere(async ({ trials }) => {
      for (let day = 0; day < 40; day++)
        await trials.expose(site, [exposure(`u${day}`, { at: START + day * DAY })]);
      await trials.counts(site, START + 40 * DAY);
      return trials.counts(site, START + 40 * DAY);
    });
    const [arm] = counts.steps[0]?.arms ?? [];
    expect(arm?.mailed).toBe(40);
    expect(arm?.open.length).toBeLessThanOrEqual(17);
    expect((arm?.closed ?? 0) + (arm?.open ?? []).reduce((sum, { mails }) => sum + mails, 0)).toBe(40);
  });

  it('keep the arm that was chosen first', async () => {
    const chosen = await everywhere(async ({ trials }) => {
      const who = { subject: 'ada', episode: 'one', step: 's' };
      const first = await trials.choose(site, { ...who, arm: 'a' });
      return [
        first,
        await trials.choose(site, { ...who, arm: 'b' }),
        await trials.choose(site, { ...who, episode: 'two', arm: 'b' }),
      ];
    });
    expect(chosen).toEqual(['a', 'a', 'b']);
  });

  it('say whose turn it is to be looked at, until the goal is reached or they are erased', async () => {
    await everywhere(async ({ trials, looks, erasure }) => {
      await trials.expose(
        site,
        ['ada', 'bob', 'eve'].map((subject) => exposure(subject)),
      );
      const due = () => looks.due(site, { now: START + HOUR, limit: 10 });
      expect(await looks.due(site, { now: START, limit: 10 })).toEqual([]);
      expect((await due()).sort()).toEqual(['ada', 'bob', 'eve']);
      await trials.reach([{ site, subject: 'ada', at: START + 1 }]);
      await erasure.erase('bob');
      expect(await due()).toEqual(['eve']);
      await looks.postpone(site, [{ subject: 'eve', next: START + 2 * HOUR }]);
      expect(await due()).toEqual([]);
      await looks.postpone(site, [{ subject: 'eve', next: undefined }]);
      expect(await looks.due(site, { now: START + DAY, limit: 10 })).toEqual([]);
    });
  });

  it('come to the same whatever is told again, and in whatever order it is repeated', async () => {
    const subject = fc.constantFrom('ada', 'bob', 'eve');
    const step = fc.constantFrom('s', 't');
    const told = fc.record({
      subject,
      step,
      group: fc.constantFrom('sent', 'held'),
      hours: fc.integer({ min: 0, max: 300 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(told, { maxLength: 8 }),
        fc.array(fc.nat(7), { maxLength: 6 }),
        async (tellings, again) => {
          const counts = await everywhere(async ({ trials }) => {
            const tell = async ({ subject: who, step: where, group, hours }: (typeof tellings)[number]) => {
              const at = START + hours * HOUR;
              // Somebody is in one group, and each of their steps has one time.
              await trials.expose(site, [
                exposure(who, { group: group as Exposure['group'], step: where, continues: true, at }),
              ]);
              await trials.reach([{ site, subject: who, at: at + HOUR }]);
            };
            for (const telling of tellings) await tell(telling);
            for (const index of again) {
              const last = tellings.at(-1);
              if (last !== undefined && index % 2 === 0) await tell(last);
            }
            return trials.counts(site, START);
          });
          for (const { subjects, converted } of [counts.treated, counts.held])
            expect(converted).toBeLessThanOrEqual(subjects);
          expect(counts.treated.subjects + counts.held.subjects).toBe(
            new Set(tellings.map((one) => one.subject)).size,
          );
          for (const { arms } of counts.steps)
            for (const { mailed, converted } of arms) expect(converted).toBeLessThanOrEqual(mailed);
        },
      ),
      { numRuns: 25 },
    );
  });
});
