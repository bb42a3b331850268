import { afterEach, describe, expect, it } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import type { RunRecord } from '../../../src/state/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { addActivity, addUsers, dormant, retention } from './retention.ts';

let world: World;
/** Messages before anybody was there. */
let billed: number;
afterEach(() => world.close());

/** A world with the users of the seed, at half past eight: the tick of nine is soon. */
async function open(loop: LoopInput = retention, users = {}): Promise<void> {
  world = await createWorld({ config: { loops: [loop], users } });
  await addActivity(world);
  const { clock } = world.stack;
  const day = 86_400_000;
  const halfPastEight = Math.ceil(clock.now() / day) * day + 8.5 * 3_600_000;
  await clock.advance(halfPastEight - clock.now());
  billed = world.messages;
}

/** Lets the next tick come, and its pass end. */
async function nextTick(): Promise<void> {
  await world.advance('1d');
}

const recipients = (): string[] => world.emails.map(({ to }) => to[0] ?? '').sort();

/** What the passes came to that found anybody. */
async function passes(): Promise<Array<Record<string, unknown>>> {
  const ended = (run: RunRecord) => run.facts.filter(({ outcome }) => outcome !== 'started');
  return (await world.runs())
    .reverse()
    .flatMap(ended)
    .map(({ outcome, detail }) => ({ outcome, ...detail }))
    .filter((fact) => fact.outcome !== 'done' || Object.keys(fact).length > 1);
}

async function whyNot(subject: string): Promise<string[]> {
  const [standing] = await world.state.history.of(subject);
  return (standing?.history ?? []).map(({ outcome, reason }) =>
    reason === '' ? outcome : `${outcome}: ${reason}`,
  );
}

const [first] = retention.steps;
if (first === undefined) throw new Error('The loop has no step.');

describe('a pass', () => {
  it('mails everybody who is dormant, once, and nobody else, and costs 3 messages', async () => {
    await open();
    await addUsers(world, 250, 8);
    await addUsers(world, 50, 3);
    await world.advance('1h');
    expect(world.emails).toHaveLength(250);
    expect(new Set(recipients()).size).toBe(250);
    expect(await passes()).toEqual([{ outcome: 'done', sent: 250 }]);
    expect(world.messages - billed).toBe(3);
    const [email] = world.emails;
    expect(email?.text).toContain('User 1');
    expect(email?.headers['List-Unsubscribe']).toBeDefined();
  });

  it('sends nothing more at the next tick, and writes again to who came back and left once more', async () => {
    await open();
    const [ada = ''] = await addUsers(world, 2, 8);
    await nextTick();
    await nextTick();
    expect(world.emails).toHaveLength(2);
    await world.sql('update users set last_activity_at = now() where id = $1', [ada]);
    await nextTick();
    expect(world.emails).toHaveLength(2);
    await world.advance('8d');
    expect(recipients()).toEqual(['user1@example.com', 'user1@example.com', 'user2@example.com']);
    expect(await whyNot(ada)).toEqual(['sent', 'skipped: episode', 'sent', 'skipped: episode']);
  });

  it('passes over who cannot be mailed, and says why of each', async () => {
    await open();
    const [ada = '', bob = '', cy = '', di = '', ed = ''] = await addUsers(world, 5, 8);
    await world.state.erasure.erase(cy);
    await world.sql(`update users set email = 'nowhere' where id = $1`, [ada]);
    await world.sql(`update users set email = '', name = null where id = any($1)`, [[bob, di]]);
    await world.state.contacts.note(di, { email: 'di@example.com', name: 'Di', at: 0 });
    await world.advance('1h');
    expect(recipients()).toEqual(['di@example.com', 'user5@example.com']);
    expect(await whyNot(ada)).toEqual(['suppressed: no address']);
    expect(await whyNot(bob)).toEqual(['suppressed: no address']);
    expect(await whyNot(ed)).toEqual(['sent']);
    expect(await passes()).toEqual([{ outcome: 'done', sent: 2, suppressed: 3 }]);
  });

  it('is not stopped by somebody whose email cannot be rendered', async () => {
    const personalization = { name: '{{user.name}}', lastActivity: '{{user.nickname}}' };
    await open({
      ...retention,
      steps: [{ ...first, action: { type: 'email', template: 're_engagement', personalization } }],
    });
    await world.sql(`alter table users add column nickname text default 'Nick'`);
    const [ada = ''] = await addUsers(world, 3, 8);
    await world.sql('update users set nickname = null where id = $1', [ada]);
    await world.advance('1h');
    expect(recipients()).toEqual(['user2@example.com', 'user3@example.com']);
    expect(await whyNot(ada)).toEqual([expect.stringMatching(/^failed: .*lastActivity/)]);
    expect(await passes()).toEqual([{ outcome: 'done', sent: 2, failed: 1 }]);
    // Once their data is mended they get it: nothing was sent.
    await world.sql(`update users set nickname = 'Ada' where id = $1`, [ada]);
    await nextTick();
    expect(recipients()).toContain('user1@example.com');
  });

  it.each([
    { kind: 'error' } as const,
    { kind: 'answer-lost' } as const,
    { kind: 'concurrent' } as const,
    { kind: 'rate-limited', retryAfterSeconds: 20 } as const,
  ])('sends each email once though the provider fails: %j', async (fault) => {
    await open();
    await addUsers(world, 120, 8);
    world.stack.inbox.fail(fault, 2);
    await world.advance('2h');
    expect(world.emails).toHaveLength(120);
    expect(new Set(recipients()).size).toBe(120);
    expect(await passes()).toEqual([{ outcome: 'done', sent: 120 }]);
  });

  it('whose run is given up is taken over by another, as long as it comes further', async () => {
    await open();
    await addUsers(world, 250, 8);
    const first = world.stack.inbox.onEmail(() => {
      first();
      world.stack.inbox.fail({ kind: 'error' }, 4);
    });
    await world.advance('2h');
    expect(new Set(recipients()).size).toBe(250);
    expect(world.emails).toHaveLength(250);
    expect((await passes()).map(({ outcome }) => outcome)).toEqual(['failed', 'done']);
  });

  it('whose run comes no further is tried again while the provider knows its pages, and nobody is left out', async () => {
    await open();
    await addUsers(world, 120, 8);
    // Down for more than an hour: four attempts of the run, of the next after five minutes, and of the one after half an hour.
    world.stack.inbox.fail({ kind: 'error' }, 12);
    await world.advance('2h');
    expect(world.emails).toEqual([]);
    expect((await passes()).map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed']);
    await world.advance('3h');
    expect(new Set(recipients()).size).toBe(120);
    expect(world.emails).toHaveLength(120);
  });

  it('that no attempt can help is not tried again before the next tick', async () => {
    await open({ ...retention, steps: [{ ...first, action: { type: 'email', template: 'not_there' } }] });
    await addUsers(world, 3, 8);
    await world.advance('23h');
    expect(await passes()).toEqual([
      {
        outcome: 'failed',
        status: 489,
        reason: 'No template is called "not_there".',
      },
    ]);
    await world.use({ loops: [retention] });
    await nextTick();
    expect(world.emails).toHaveLength(3);
  });

  it('that finds its page sent before, with other content, takes all of it for sent', async () => {
    await open();
    const [, bob = '', cy = ''] = await addUsers(world, 3, 8);
    world.stack.inbox.fail({ kind: 'answer-lost' });
    const lost = world.stack.inbox.onEmail(() => {
      lost();
      // One is called something else, one is back, and one's email cannot be rendered any more.
      void world.sql(`update users set name = 'Renamed'`);
      void world.sql('update users set last_activity_at = now() where id = $1', [bob]);
      void world.sql('update users set name = null where id = $1', [cy]);
    });
    await world.advance('1h');
    expect(world.emails).toHaveLength(3);
    expect(await passes()).toEqual([{ outcome: 'done', sent: 3 }]);
    await world.sql(`update users set name = 'Cy' where id = $1`, [cy]);
    await nextTick();
    expect(world.emails).toHaveLength(3);
  });

  it('whose time is up leaves the rest to the next tick', async () => {
    const [query] = dormant().steps;
    if (query?.condition?.type !== 'query') throw new Error('The loop has no query.');
    await open({ ...retention, steps: [{ ...query, condition: { ...query.condition, timeout: '15s' } }] });
    await addUsers(world, 150, 8);
    // The pause before the next attempt is longer than the pass may take.
    world.stack.inbox.fail({ kind: 'rate-limited', retryAfterSeconds: 60 });
    await world.advance('1h');
    expect(await passes()).toEqual([{ outcome: 'timed_out' }]);
    expect(world.emails).toEqual([]);
    await nextTick();
    expect(world.emails).toHaveLength(150);
    expect(new Set(recipients()).size).toBe(150);
  });
});

describe('the rules of an audience', () => {
  it('put quiet hours off by the clock of each contact, and mail once they end', async () => {
    const quietHours = { from: '21:00', to: '08:00' } as const;
    await open({ ...retention, quietHours }, { timezone: 'home' });
    await world.sql('alter table users add column home text');
    const [ada = '', bob = ''] = await addUsers(world, 3, 8);
    // Nine in the morning is ten at night in Auckland, and one in the night in Los Angeles.
    await world.sql(`update users set home = 'Pacific/Auckland' where id = $1`, [ada]);
    await world.sql(`update users set home = 'America/Los_Angeles' where id = $1`, [bob]);
    await world.advance('1h');
    expect(recipients()).toEqual(['user3@example.com']);
    await world.advance('12h');
    expect(recipients()).toEqual(['user1@example.com', 'user2@example.com', 'user3@example.com']);
    expect(await whyNot(ada)).toEqual(['skipped: quiet hours', 'sent']);
  });

  it.each([
    ['goes on', 'pin', ['user1@example.com', 'user2@example.com']],
    ['goes on', 'follow', ['user1@example.com', 'user2@example.com']],
    ['ends', 'drain', ['user2@example.com']],
  ] as const)('that change while a pass waits: it %s where they say %s', async (_, onChange, mailed) => {
    const loop: LoopInput = { ...retention, onChange, quietHours: { from: '21:00', to: '08:00' } };
    await open(loop, { timezone: 'home' });
    await world.sql('alter table users add column home text');
    const [ada = ''] = await addUsers(world, 2, 8);
    await world.sql(`update users set home = 'Pacific/Auckland' where id = $1`, [ada]);
    await world.advance('1h');
    expect(recipients()).toEqual(['user2@example.com']);
    const steps = [{ ...first, action: { ...first.action, subject: 'Changed' } }];
    await world.use({ loops: [{ ...loop, steps }], users: { timezone: 'home' } });
    await world.advance('12h');
    expect(recipients()).toEqual(mailed);
    expect(world.emails.filter(({ subject }) => subject === 'Changed')).toEqual([]);
    const superseded = (await passes()).filter(({ outcome }) => outcome === 'superseded');
    expect(superseded).toHaveLength(onChange === 'drain' ? 1 : 0);
    await addUsers(world, 1, 9);
    await nextTick();
    expect(world.emails.at(-1)).toMatchObject({ subject: 'Changed' });
  });

  it('run the after of whom was mailed, and of nobody else', async () => {
    const after = 'UPDATE users SET re_engagement_sent = true WHERE id = $1';
    await open({ ...retention, steps: [{ ...first, after }] });
    await addUsers(world, 120, 8);
    await world.sql(`update users set email = '' where email = 'user7@example.com'`);
    await world.advance('1h');
    const [counts] = await world.sql(
      'select count(*)::int as all, count(*) filter (where re_engagement_sent)::int as marked from users',
    );
    expect(counts).toEqual({ all: 120, marked: 119 });
  });

  it('hold a share of the audience out, the same people at every tick', async () => {
    await open({ ...retention, holdout: 0.5 });
    const ids = await addUsers(world, 100, 8);
    await nextTick();
    const mailed = world.emails.length;
    expect(mailed).toBeGreaterThan(30);
    expect(mailed).toBeLessThan(70);
    await nextTick();
    expect(world.emails).toHaveLength(mailed);
    const reasons = await Promise.all(ids.map(async (id) => (await whyNot(id)).at(-1)));
    expect(reasons.filter((reason) => reason === 'held_out: held out')).toHaveLength(100 - mailed);
  });
});

describe('a sequence over an audience', () => {
  const sequence: LoopInput = {
    ...retention,
    steps: [
      first,
      {
        delay: '3d',
        condition: { type: 'query', query: `SELECT 1 FROM users WHERE id = $1 AND name <> 'User 2'` },
        action: {
          ...(first.action as object),
          type: 'email',
          template: 're_engagement',
          subject: 'Still there?',
        },
      },
    ],
  };

  it('writes again after the delay to whom the step is for, and to nobody who is back or has unsubscribed', async () => {
    await open(sequence);
    const [, , cy = ''] = await addUsers(world, 4, 8);
    await nextTick();
    expect(world.emails).toHaveLength(4);
    await world.sql('update users set last_activity_at = now() where id = $1', [cy]);
    const link =
      world.emails.find(({ to }) => to[0] === 'user4@example.com')?.headers['List-Unsubscribe'] ?? '';
    await fetch(/<(http[^>]+)>/.exec(link)?.[1] ?? '', { method: 'POST' });
    await world.advance('2d');
    expect(world.emails).toHaveLength(4);
    await nextTick();
    const again = world.emails.filter(({ subject }) => subject === 'Still there?');
    expect(again.map(({ to }) => to[0])).toEqual(['user1@example.com']);
    await world.advance('5d');
    expect(world.emails.filter(({ subject }) => subject === 'Still there?')).toHaveLength(1);
  });
});

describe('dormancy', () => {
  it('is found without SQL, and the email knows what somebody did last', async () => {
    world = await createWorld({
      config: {
        loops: [
          {
            type: 'retention',
            opinion: 'Whoever comes less is asked why',
            steps: [
              {
                trigger: { type: 'schedule', cron: '0 9 * * *' },
                condition: {
                  type: 'activity',
                  table: 'user_actions',
                  drop: 0.8,
                  window: '7d',
                  baseline: '28d',
                },
                action: {
                  type: 'email',
                  template: 're_engagement',
                  personalization: { name: '{{user.name}}', lastActivity: '{{user.lastAction.action_type}}' },
                },
              },
            ],
          },
        ],
      },
    });
    const [ada, bob] = [await world.signUp({ name: 'Ada' }), await world.signUp({ name: 'Bob' })];
    for (const { id } of [ada, bob]) {
      await world.sql(
        `insert into user_actions (user_id, action_type, created_at)
         select $1, 'day ' || n, now() - make_interval(days => n) from generate_series(8, 30) as n`,
        [id],
      );
    }
    await world.sql(
      `insert into user_actions (user_id, action_type) select $1, 'today' from generate_series(1, 5)`,
      [bob.id],
    );
    await nextTick();
    expect(world.emails.map(({ to, text }) => [to[0], /day \d+/.exec(text ?? '')?.[0]])).toEqual([
      [ada.email, 'day 8'],
    ]);
  });
});
