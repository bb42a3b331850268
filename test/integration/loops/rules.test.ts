import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigInput, LoopInput } from '../../../src/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';

let world: World;
afterEach(() => world.close());

const email = {
  type: 'email',
  template: 'activation_welcome',
  personalization: { name: '{{user.name}}', activationLink: 'https://example.com' },
} as const;

/** A loop of one email, sent as soon as an event tells of somebody. */
const mailing = (id: string, rules: Partial<LoopInput> = {}): LoopInput => ({
  id,
  type: 'activation',
  opinion: 'Whoever does this is written to',
  steps: [{ trigger: { type: 'event', name: `${id}.done` }, action: email }],
  ...rules,
});

async function open(config: ConfigInput | LoopInput): Promise<string> {
  world = await createWorld({ config });
  return (await world.signUp({ email: 'ada@example.com', name: 'Ada' })).id;
}

/** An event, a second after whatever was before. */
async function happen(name: string, subject: string, id: string = crypto.randomUUID()): Promise<void> {
  await world.advance('1s');
  await world.track({ name, subject, id, time: new Date(world.stack.clock.now()) });
}

/** What became of every run, the oldest first. */
async function facts(): Promise<string[][]> {
  const runs = (await world.runs()).reverse();
  return runs.map((run) =>
    run.facts.map(({ outcome, detail }) =>
      detail?.reason === undefined ? outcome : `${outcome}: ${detail.reason}`,
    ),
  );
}

/** The time of day some hours from now, in the world. */
function clockTime(hours: number): string {
  return new Date(world.stack.clock.now() + hours * 3_600_000).toISOString().slice(11, 16);
}

describe('a frequency cap', () => {
  it('over all loops leaves an email out, and lets the next through once its period is over', async () => {
    const loops = [mailing('first'), mailing('second')];
    const ada = await open({ loops, frequency: { cap: 1, period: '2d' } });
    await happen('first.done', ada);
    await happen('second.done', ada);
    expect(await facts()).toEqual([
      ['started', 'sent'],
      ['started', 'skipped: frequency cap'],
    ]);
    await world.advance('2d');
    await happen('second.done', ada);
    expect(world.emails).toHaveLength(2);
  });

  it('of a loop counts that loop alone, and no email that the user asked for', async () => {
    const capped = mailing('capped', { frequency: { cap: 1, period: '1d' } });
    const receipt = mailing('receipt', {
      steps: [
        { trigger: { type: 'event', name: 'receipt.done' }, action: { ...email, kind: 'transactional' } },
      ],
      frequency: { cap: 1, period: '1d' },
    });
    const ada = await open({ loops: [mailing('other'), capped, receipt] });
    for (const loop of ['other', 'capped', 'capped', 'receipt', 'receipt']) await happen(`${loop}.done`, ada);
    expect((await facts()).map((outcomes) => outcomes.at(-1))).toEqual([
      'sent',
      'sent',
      'skipped: frequency cap',
      'sent',
      'sent',
    ]);
  });

  it('does not count an email that the provider refused', async () => {
    const ada = await open(mailing('once', { frequency: { cap: 1, period: '1d' } }));
    world.stack.inbox.fail({ kind: 'rate-limited', retryAfterSeconds: 30 }, 2);
    await happen('once.done', ada);
    await world.advance('5m');
    expect((await facts())[0]).toEqual(['started', 'sent']);
    expect(world.emails).toHaveLength(1);
  });
});

describe('quiet hours', () => {
  it('put an email off to their end, by the clock of the contact, at one more message', async () => {
    const users = { timezone: 'home' };
    world = await createWorld({ config: { loops: [mailing('night')], users } });
    await world.sql('alter table users add column home text');
    const quietHours = { from: clockTime(1), to: clockTime(3) };
    await world.use({ loops: [mailing('night', { quietHours })], users });
    // An hour ahead of UTC: it is the first quiet hour there, and not yet in Iceland.
    const ada = await world.signUp({ email: 'ada@example.com', home: 'Africa/Lagos' });
    const bob = await world.signUp({ email: 'bob@example.com', home: 'Atlantic/Reykjavik' });
    await happen('night.done', ada.id);
    await happen('night.done', bob.id);
    expect(world.emails.map(({ to }) => to[0])).toEqual(['bob@example.com']);
    await world.advance('119m');
    expect(world.emails).toHaveLength(1);
    await world.advance('2m');
    expect(world.emails.map(({ to }) => to[0])).toEqual(['bob@example.com', 'ada@example.com']);
    expect(await facts()).toEqual([
      ['started', 'postponed: quiet hours', 'sent'],
      ['started', 'sent'],
    ]);
  });

  it('put off what was waited for, and it is looked at again when they end', async () => {
    world = await createWorld({ config: mailing('night') });
    const steps: LoopInput['steps'] = [
      {
        trigger: { type: 'event', name: 'night.done' },
        condition: {
          type: 'query',
          query: `SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'draft'`,
          timeout: '1h',
        },
        action: email,
        otherwise: { ...email, subject: 'Shall we help?' },
      },
    ];
    const quietHours = { from: clockTime(0), to: clockTime(2), timezone: 'UTC' };
    await world.use(mailing('night', { steps, quietHours }));
    const [ada, bob] = [await world.signUp(), await world.signUp()];
    for (const { id } of [ada, bob]) {
      await happen('night.done', id);
      await world.rows('user_actions').insert({ user_id: id, action_type: 'draft' });
    }
    expect(world.emails).toEqual([]);
    await world.sql('delete from user_actions where user_id = $1', [bob.id]);
    await world.advance('2h');
    const subjects = world.emails.map(({ to, subject }) => [to[0], subject === 'Shall we help?']);
    expect(subjects.sort()).toEqual([
      [ada.email, false],
      [bob.email, true],
    ]);
  });

  it('do not keep up what the user asked for', async () => {
    world = await createWorld({ config: mailing('night') });
    const action = { ...email, kind: 'transactional' as const };
    const steps: LoopInput['steps'] = [{ trigger: { type: 'event', name: 'night.done' }, action }];
    await world.use(
      mailing('night', { steps, quietHours: { from: clockTime(-1), to: clockTime(2), timezone: 'UTC' } }),
    );
    const { id } = await world.signUp();
    await happen('night.done', id);
    expect(world.emails).toHaveLength(1);
  });
});

describe('re-entry', () => {
  it('lets every event start a run unless told', async () => {
    const ada = await open(mailing('any'));
    await happen('any.done', ada);
    await happen('any.done', ada);
    expect(await facts()).toEqual([
      ['started', 'sent'],
      ['started', 'sent'],
    ]);
  });

  it('never bars who has been through a loop, and says so once', async () => {
    const ada = await open(mailing('once', { reentry: 'never' }));
    await happen('once.done', ada, 'a');
    await happen('once.done', ada, 'a');
    await happen('once.done', ada, 'b');
    await happen('once.done', ada, 'b');
    expect(await facts()).toEqual([['started', 'sent'], ['skipped: reentry']]);
    expect(await world.counts('once')).toEqual({ started: 1, sent: 1, skipped: 1 });
    expect(world.log.filter((line) => line.includes('"reason":"reentry"'))).toHaveLength(1);
  });

  it('waits for a cooldown', async () => {
    const ada = await open(mailing('slow', { reentry: { cooldown: '3d' } }));
    await happen('slow.done', ada);
    await world.advance('2d');
    await happen('slow.done', ada);
    await world.advance('1d');
    await happen('slow.done', ada);
    expect(await facts()).toEqual([['started', 'sent'], ['skipped: reentry'], ['started', 'sent']]);
  });
});

describe('after', () => {
  const marking = (after: string): LoopInput => ({
    ...mailing('marked'),
    steps: [{ trigger: { type: 'event', name: 'marked.done' }, action: email, after }],
  });

  it('runs for whom a step was done', async () => {
    const ada = await open(marking(`UPDATE users SET activation_link = 'mailed' WHERE id = $1`));
    await world.signUp();
    await happen('marked.done', ada);
    expect(await world.sql('select activation_link as link from users order by id')).toEqual([
      { link: 'mailed' },
      { link: null },
    ]);
  });

  it('that fails is told of, and does not take back what was done', async () => {
    const ada = await open(marking('UPDATE users SET no_such_column = 1 WHERE id = $1'));
    await happen('marked.done', ada);
    expect(await facts()).toEqual([['started', 'sent']]);
    expect(world.log.join('\n')).toMatch(/The after of marked failed for 1: .*no_such_column/);
  });
});

describe('a run that waits', () => {
  const waiting: LoopInput = mailing('patient', {
    steps: [
      {
        trigger: { type: 'event', name: 'patient.done' },
        condition: { type: 'event', name: 'patient.more', timeout: '1d' },
        action: email,
      },
    ],
  });

  it('ends when its subject unsubscribes', async () => {
    const ada = await open({ loops: [mailing('hello'), waiting] });
    await happen('patient.done', ada);
    await happen('hello.done', ada);
    const link = /<(http[^>]+)>/.exec(world.emails[0]?.headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
    expect((await fetch(link, { method: 'POST' })).status).toBe(200);
    expect((await fetch(link, { method: 'POST' })).status).toBe(200);
    expect(await facts()).toEqual([
      ['started', 'exited: unsubscribed'],
      ['started', 'sent'],
    ]);
    await happen('patient.more', ada);
    await world.advance('2d');
    expect(world.emails).toHaveLength(1);
  });

  it('ends when its subject’s address bounces', async () => {
    const ada = await open({ loops: [mailing('hello'), waiting] });
    await happen('patient.done', ada);
    await happen('hello.done', ada);
    const [sent] = world.emails;
    const tags = { run: sent?.tags?.run, loop: 'hello', step: 'step-1' };
    await world.webhook.resend('email.bounced', {
      email_id: sent?.id,
      to: ['ada@example.com'],
      tags,
      bounce: { type: 'Permanent' },
    });
    expect((await facts())[0]).toEqual(['started', 'exited: bounced']);
  });

  it('goes on when it has nothing to send that is marketing', async () => {
    const steps = waiting.steps.map((step) => ({
      ...step,
      action: { ...email, kind: 'transactional' as const },
    }));
    const ada = await open({ loops: [mailing('hello'), { ...waiting, steps }] });
    await happen('patient.done', ada);
    await happen('hello.done', ada);
    const link = /<(http[^>]+)>/.exec(world.emails[0]?.headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
    await fetch(link, { method: 'POST' });
    await happen('patient.more', ada);
    expect((await facts())[0]).toEqual(['started', 'met', 'sent']);
  });
});
