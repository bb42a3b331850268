import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../../src/dev/clock.ts';
import { listen } from '../../../src/dev/listen.ts';
import { createRedisServer } from '../../../src/dev/redis/index.ts';
import type { PlanRules } from '../../../src/plan/index.ts';
import {
  type Candidate,
  createState,
  type OpenPage,
  type PageFact,
  type Pass,
  type Place,
  type State,
} from '../../../src/state/index.ts';
import { hasRedis, startRedisRestServer } from '../../servers/redis-rest.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-11-01T09:00:00Z');
const usual: PlanRules = {
  reentry: 'episode',
  caps: [{ scope: 'loop', cap: 1, period: 86_400 }],
  holdout: 0,
};

/** An audience that is gone over tick by tick. */
function createAudience(
  state: State,
  options: { rules?: Partial<PlanRules>; delays?: number[]; loop?: string } = {},
) {
  const { loop = 'retention', delays = [0] } = options;
  const rules = { ...usual, ...options.rules };
  const passAt = (at: number): Pass => ({ loop, entry: 'step-1', id: `tick-${at}`, at });

  async function begin(pass: Pass): Promise<Place> {
    const beginning = await state.sweeps.begin(pass);
    if ('ended' in beginning) throw new Error(`The pass is ${beginning.ended}.`);
    return beginning.place;
  }

  return {
    rules,
    delays,
    passAt,
    begin,
    siteOf: (pass: Pass, place: Place) => ({
      pass,
      place,
      id: `${loop}-${place.walk}-${place.cursor}`,
      now: pass.at,
    }),
    /** Makes the pass of a tick over these subjects, mailing whom it may; answers with what became of each. */
    async tick(at: number, subjects: ReadonlyArray<string | Candidate>): Promise<Record<string, string>> {
      const pass = passAt(at);
      const place = await begin(pass);
      const site = this.siteOf(pass, place);
      const { page } = await state.episodes.claim(site, subjects.map(candidate), {
        rules,
        delays,
        last: 'z',
      });
      const facts = factsOf(page);
      expect(await state.episodes.settle(site, facts, { last: 'z', isLast: true })).toBe(true);
      return Object.fromEntries(facts.map(({ subject, outcome, reason }) => [subject, reason || outcome]));
    },
  };
}

function candidate(subject: string | Candidate): Candidate {
  return typeof subject === 'string' ? { subject, addressKey: `of ${subject}`, arm: '' } : subject;
}

function factsOf({ claimed, skipped }: OpenPage): PageFact[] {
  return [
    ...claimed.map((claim) => ({
      subject: claim.subject,
      outcome: 'sent',
      reason: claim.step === 0 ? '' : `step ${claim.step}`,
      claim: { claimed: claim, stands: true },
    })),
    ...skipped,
  ];
}

interface Server {
  url: string;
  token: string;
  stop(): Promise<void>;
}

async function startLocal(): Promise<Server> {
  const clock = createClock({ frozen: true });
  const redis = createRedisServer({ clock, journal: undefined, token: 'token' });
  const { url, close } = await listen((request) => redis.handle(request), { port: 0 });
  return { url, token: 'token', stop: close };
}

describe.each([
  ['the local Redis', startLocal, true],
  ['a real Redis', startRedisRestServer, hasRedis('the ledger of audiences on a real Redis')],
] as const)('the ledger of audiences on %s', (_name, start, isThere) => {
  let server: Server;
  let spaces = 0;
  beforeAll(async () => {
    if (isThere) server = await start();
  });
  afterAll(() => server?.stop());
  const test = it.skipIf(!isThere);

  function open(options?: Parameters<typeof createAudience>[1]) {
    spaces += 1;
    const state = createState({ ...server, namespace: `space-${spaces}` });
    return { state, audience: createAudience(state, options) };
  }

  test('mails somebody once for as long as every pass meets them, and again after they were away', async () => {
    const { audience } = open();
    expect(await audience.tick(START, ['ada', 'bob'])).toEqual({ ada: 'sent', bob: 'sent' });
    expect(await audience.tick(START + DAY, ['ada'])).toEqual({ ada: 'episode' });
    expect(await audience.tick(START + 2 * DAY, ['ada', 'bob'])).toEqual({ ada: 'episode', bob: 'sent' });
  });

  test.each([
    ['episode', 'xx..x', ['sent', 'episode', 'sent']],
    ['never', 'xx..x', ['sent', 'episode', 'reentry']],
    ['always', 'xx..x', ['sent', 'sent', 'sent']],
    [{ cooldown: 2 * 86_400 }, 'xxxx', ['sent', 'episode', 'sent', 'episode']],
    [{ cooldown: 4 * 86_400 }, 'x..xx', ['sent', 'reentry', 'sent']],
  ] as const)('knows re-entry: %j to who is there on %s', async (reentry, days, outcomes) => {
    const { audience } = open({ rules: { reentry } });
    const found: Array<string | undefined> = [];
    for (const [day, mark] of [...days].entries()) {
      const { ada } = await audience.tick(START + day * DAY, mark === 'x' ? ['ada'] : ['bob']);
      if (mark === 'x') found.push(ada);
    }
    expect(found).toEqual(outcomes);
  });

  test('takes the steps of a sequence as they are due, and begins anew with who was away', async () => {
    const { audience } = open({ delays: [0, 2 * 86_400, 86_400], rules: { caps: [] } });
    const outcomes: Array<string | undefined> = [];
    for (const day of [0, 1, 2, 3, 4]) outcomes.push((await audience.tick(START + day * DAY, ['ada'])).ada);
    expect(outcomes).toEqual(['sent', 'step not due', 'step 1', 'step 2', 'episode']);
    await audience.tick(START + 5 * DAY, ['bob']);
    expect(await audience.tick(START + 6 * DAY, ['ada'])).toEqual({ ada: 'sent' });
  });

  test('goes on with the step of who could not be mailed when it was due', async () => {
    const { audience } = open({ delays: [0, 86_400] });
    await audience.tick(START, ['ada']);
    const quiet = { ...candidate('ada'), bar: 'quiet hours' } as const;
    expect(await audience.tick(START + DAY, [quiet])).toEqual({ ada: 'quiet hours' });
    expect(await audience.tick(START + 2 * DAY, [quiet])).toEqual({ ada: 'quiet hours' });
    expect(await audience.tick(START + 3 * DAY, ['ada'])).toEqual({ ada: 'step 1' });
  });

  test('counts a day of 23 hours as a day', async () => {
    const { audience } = open({ rules: { reentry: 'always' } });
    await audience.tick(START, ['ada']);
    expect(await audience.tick(START + 23 * HOUR, ['ada'])).toEqual({ ada: 'sent' });
    expect(await audience.tick(START + 45 * HOUR, ['ada'])).toEqual({ ada: 'frequency cap' });
  });

  test('counts the emails of all loops where a cap is for all', async () => {
    const caps = [{ scope: 'all', cap: 2, period: 7 * 86_400 } as const];
    const { state, audience: first } = open({ rules: { caps } });
    const [second, third] = ['second', 'third'].map((loop) =>
      createAudience(state, { loop, rules: { caps } }),
    );
    expect(await first.tick(START, ['ada'])).toEqual({ ada: 'sent' });
    expect(await second?.tick(START + HOUR, ['ada'])).toEqual({ ada: 'sent' });
    expect(await third?.tick(START + 2 * HOUR, ['ada', 'bob'])).toEqual({
      ada: 'frequency cap',
      bob: 'sent',
    });
    expect(await third?.tick(START + 7 * DAY, ['ada'])).toEqual({ ada: 'sent' });
  });

  test('passes over who is suppressed, erased, held out or without an address, and says so', async () => {
    const { state, audience } = open();
    await state.suppressions.add('of ada', 'unsubscribed');
    await state.erasure.erase('bob');
    const people = [
      'ada',
      'bob',
      { ...candidate('cy'), bar: 'held_out' as const },
      { ...candidate('di'), bar: 'no address' as const },
      'ed',
    ];
    const outcomes = { ada: 'unsubscribed', bob: 'erased', cy: 'held out', di: 'no address', ed: 'sent' };
    expect(await audience.tick(START, people)).toEqual(outcomes);
    expect(await audience.tick(START + DAY, people)).toEqual({ ...outcomes, ed: 'episode' });
    expect(await state.history.of('bob')).toEqual([]);
    expect(await state.runLog.counts('retention', '2026-11-01')).toEqual({
      sent: 1,
      suppressed: 3,
      held_out: 1,
    });
  });

  test('remembers what became of a subject, and since when', async () => {
    const { state, audience } = open();
    for (const day of [0, 1, 2, 4]) await audience.tick(START + day * DAY, ['ada']);
    await audience.tick(START + 5 * DAY, ['bob']);
    await audience.tick(START + 6 * DAY, ['ada']);
    expect(await state.history.of('ada')).toEqual([
      {
        loop: 'retention',
        entry: 'step-1',
        history: [
          { from: START, to: START, times: 1, outcome: 'sent', reason: '' },
          { from: START + DAY, to: START + 4 * DAY, times: 3, outcome: 'skipped', reason: 'episode' },
          { from: START + 6 * DAY, to: START + 6 * DAY, times: 1, outcome: 'sent', reason: '' },
        ],
        episode: { state: 'sent', at: START + 6 * DAY, step: 0, arm: '' },
      },
    ]);
  });

  describe('a page', () => {
    test('that was claimed is found as it was, whoever is in the audience by then', async () => {
      const { state, audience } = open();
      const pass = audience.passAt(START);
      const site = audience.siteOf(pass, await audience.begin(pass));
      const limits = { rules: audience.rules, delays: audience.delays, last: 'z' };
      const first = await state.episodes.claim(site, [candidate('ada')], limits);
      expect(first.isNew).toBe(true);
      const second = await state.episodes.claim(site, [candidate('bob')], { ...limits, last: 'y' });
      expect(second).toEqual({ isNew: false, page: first.page });
      await state.episodes.markSent(site.id, ['ada']);
      expect(await state.episodes.find(site.id)).toEqual({ ...first.page, sent: ['ada'] });
    });

    test('is settled once, and by the pass that has it', async () => {
      const { state, audience } = open();
      const pass = audience.passAt(START);
      const site = audience.siteOf(pass, await audience.begin(pass));
      const { page } = await state.episodes.claim(site, [candidate('ada')], {
        rules: audience.rules,
        delays: audience.delays,
        last: 'ada',
      });
      const settle = () => state.episodes.settle(site, factsOf(page), { last: 'ada', isLast: false });
      expect([await settle(), await settle()]).toEqual([true, false]);
      expect(await state.sweeps.result(pass)).toMatchObject({ counts: { sent: 1 } });
      expect(await state.episodes.find(site.id)).toBeUndefined();
    });

    test('that is withdrawn leaves nothing behind: neither the episode nor a mail for the caps', async () => {
      const { state, audience } = open();
      const pass = audience.passAt(START);
      const site = audience.siteOf(pass, await audience.begin(pass));
      const limits = { rules: audience.rules, delays: audience.delays, last: 'z' };
      const { page } = await state.episodes.claim(site, [candidate('ada')], limits);
      await state.episodes.withdraw(site, page);
      expect(await state.episodes.claim(site, [candidate('ada')], limits)).toMatchObject({
        isNew: true,
        page,
      });
    });
  });

  describe('a sweep', () => {
    test('that was not finished is finished by the next pass, which then makes its own', async () => {
      const { state, audience } = open();
      const [first, second] = [audience.passAt(START), audience.passAt(START + DAY)];
      const place = await audience.begin(first);
      await state.episodes.settle(audience.siteOf(first, place), [], { last: 'm', isLast: false });
      const taken = await audience.begin(second);
      expect(taken).toEqual({ sweep: 1, walk: 1, cursor: 'm' });
      expect(await state.sweeps.begin(first)).toEqual({ ended: 'superseded' });
      await state.episodes.settle(audience.siteOf(second, taken), [], { last: 'z', isLast: true });
      const own = await audience.begin(second);
      expect(own).toEqual({ sweep: 2, walk: 2, cursor: undefined });
      await state.episodes.settle(audience.siteOf(second, own), [], { last: 'z', isLast: true });
      expect(await state.sweeps.begin(second)).toEqual({ ended: 'done' });
    });

    test('is made again for who was in their quiet hours, and not once a later tick has come', async () => {
      const { state, audience } = open();
      const quiet = { ...candidate('ada'), bar: 'quiet hours' } as const;
      await audience.tick(START, [quiet, 'bob']);
      const again = { ...audience.passAt(START + 8 * HOUR), again: 1 };
      const place = await audience.begin(again);
      expect(place).toEqual({ sweep: 1, walk: 2, cursor: undefined });
      const site = audience.siteOf(again, place);
      const { page } = await state.episodes.claim(site, ['ada', 'bob'].map(candidate), {
        rules: audience.rules,
        delays: audience.delays,
        last: 'z',
      });
      expect(page).toMatchObject({
        claimed: [{ subject: 'ada' }],
        skipped: [{ subject: 'bob', reason: 'episode' }],
      });
      await state.episodes.settle(site, factsOf(page), { last: 'z', isLast: true });
      await audience.tick(START + DAY, ['ada']);
      const late = { ...audience.passAt(START + 26 * HOUR), again: 1 };
      expect(await state.sweeps.begin(late)).toEqual({ ended: 'superseded' });
    });
  });
});
