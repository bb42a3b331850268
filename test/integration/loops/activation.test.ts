import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, createProject, outcomes, signUp, step, withReminder } from './activation.ts';

let world: World;
afterEach(() => world.close());

describe('a run', () => {
  it('is woken by the row it waits for, mails once, and costs 3 messages', async () => {
    world = await createWorld({ config: activation });
    const user = await signUp(world);
    await world.settle();
    expect(await outcomes(world)).toEqual(['started']);
    expect(world.stack.inbox.emails()).toEqual([]);

    await createProject(world, user);
    await world.settle();
    const [email, ...others] = world.stack.inbox.emails();
    expect(others).toEqual([]);
    expect(email?.to).toEqual(['ada@example.com']);
    expect(email?.text).toContain('Ada');
    expect(email?.html).toContain('https://example.com/start');
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent']);
    expect(await world.counts('welcome')).toEqual({ started: 1, met: 1, sent: 1 });
    expect(world.stack.qstash.stats.billed).toBe(3);

    await world.advance('1h');
    expect(world.stack.inbox.emails()).toHaveLength(1);
    expect(world.stack.qstash.stats.billed).toBe(3);
  });

  it('does not wait when its condition is true already, and costs 2 messages', async () => {
    world = await createWorld({ config: activation });
    await world.sql(
      `with person as (insert into users (email, name, activation_link) values ('ada@example.com', 'Ada', 'https://example.com') returning id)
       insert into user_actions (user_id, action_type) select id, 'first_project_created' from person`,
    );
    await world.settle();
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent']);
    expect(world.stack.qstash.stats.billed).toBe(2);
  });

  it('whose time is up ends without an email, and costs 3 messages', async () => {
    world = await createWorld({ config: activation });
    const user = await signUp(world);
    await world.advance('4m');
    expect(await outcomes(world)).toEqual(['started']);
    await world.advance('2m');
    expect(await outcomes(world)).toEqual(['started', 'timed_out']);
    expect(world.stack.qstash.stats.billed).toBe(3);

    await createProject(world, user);
    await world.advance('1h');
    expect(world.stack.inbox.emails()).toEqual([]);
    expect(await world.counts('welcome')).toEqual({ started: 1, timed_out: 1 });
  });

  it('that time alone may help is told of once at each look, with all the time that is left, and then ends', async () => {
    const query = `SELECT * FROM user_actions WHERE user_id = $1 AND created_at < NOW() - INTERVAL '1 hour'`;
    const condition = { type: 'query', query, timeout: '6h' } as const;
    world = await createWorld({ config: { ...activation, steps: [{ ...step, condition }] } });
    const waits = () => world.log.filter((line) => line.includes('"waiting"'));
    const user = await signUp(world);
    await world.settle();
    expect(waits()).toEqual([expect.stringContaining('"seconds":21600')]);
    await createProject(world, user);
    await world.settle();
    await world.advance('30m');
    const told = waits();
    expect(new Set(told).size).toBe(told.length);
    expect(world.emails).toEqual([]);
    await world.advance('6h');
    expect(world.emails).toHaveLength(1);
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent']);
  });

  it('whose time is up does what `otherwise` says', async () => {
    world = await createWorld({ config: withReminder });
    await signUp(world);
    await world.advance('6m');
    expect(world.stack.inbox.emails().map(({ subject }) => subject)).toEqual(['Shall we help?']);
    expect(await outcomes(world)).toEqual(['started', 'timed_out', 'sent']);
  });

  it('sleeps on when a row of somebody else arrives, or of another kind', async () => {
    world = await createWorld({ config: activation });
    const user = await signUp(world);
    await world.settle();
    await world.sql(
      "insert into user_actions (user_id, action_type) values ($1, 'logged_in'), ($2, 'first_project_created')",
      [user, '77'],
    );
    await world.settle();
    expect(await outcomes(world)).toEqual(['started']);
    expect(world.stack.qstash.stats.billed).toBe(2);
  });

  it('takes a condition met in the last instant for met', async () => {
    world = await createWorld({ config: activation });
    const user = await signUp(world);
    await world.settle();
    // The row is written while the relay is deaf to it, as after a crash: only the look at the end can see it.
    await world.sql('alter table user_actions disable trigger all');
    await createProject(world, user);
    await world.advance('6m');
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent']);
  });

  it('finishes by the definition it began with when the configuration changes', async () => {
    world = await createWorld({ config: activation });
    const first = await signUp(world, 'Ada');
    await world.settle();
    await world.use({
      ...activation,
      steps: [{ ...step, action: { ...step.action, subject: 'The new subject' } }],
    });
    const second = await signUp(world, 'Eve');
    await world.settle();
    await createProject(world, first);
    await createProject(world, second);
    await world.settle();
    const subjects = world.stack.inbox.emails().map(({ to, subject }) => [to[0], subject]);
    expect(subjects).toContainEqual(['eve@example.com', 'The new subject']);
    expect(subjects.find(([to]) => to === 'ada@example.com')?.[1]).not.toBe('The new subject');
    expect(subjects).toHaveLength(2);
  });

  it('waits 30 days on the free plan in a chain of waits, and is woken in any of them', async () => {
    world = await createWorld({
      config: { ...activation, steps: [{ ...step, condition: { ...step.condition, timeout: '30d' } }] },
    });
    const user = await signUp(world);
    await world.advance('25d');
    expect(await outcomes(world)).toEqual(['started']);
    await createProject(world, user);
    await world.settle();
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent']);
    // The start, the look, three waits of 7 days, and the wake.
    expect(world.stack.qstash.stats.billed).toBe(6);
  });

  it('that lacks a value for its template fails, says which, and sends nothing', async () => {
    world = await createWorld({ config: activation });
    const [row] = await world.sql<{ id: unknown }>(
      "insert into users (email) values ('ada@example.com') returning id",
    );
    await createProject(world, String(row?.id));
    await world.settle();
    expect(world.stack.inbox.emails()).toEqual([]);
    const [run] = await world.runs();
    const failure = run?.facts.find(({ outcome }) => outcome === 'failed');
    expect(String(failure?.detail?.reason)).toMatch(/user\.(name|activation_link)/);
  });

  it('runs an action of the project by name, with the user and the row that was waited for', async () => {
    const calls: unknown[] = [];
    world = await createWorld({
      config: {
        loops: [
          {
            ...activation,
            steps: [{ ...step, action: { type: 'custom', name: 'celebrate', input: { confetti: true } } }],
          },
        ],
        actions: {
          celebrate: async (call) => {
            calls.push({ email: call.user.email, action: call.row.action_type, input: call.input });
          },
        },
      },
    });
    const user = await signUp(world);
    await world.settle();
    await createProject(world, user);
    await world.settle();
    expect(calls).toEqual([
      { email: 'ada@example.com', action: 'first_project_created', input: { confetti: true } },
    ]);
    expect(await outcomes(world)).toEqual(['started', 'met', 'done']);
  });
});

describe('an email', () => {
  it('is not sent to an address that was unsubscribed, by POST and never by GET', async () => {
    world = await createWorld({ config: activation });
    const first = await signUp(world);
    await createProject(world, first);
    await world.settle();
    const [email] = world.stack.inbox.emails();
    const link = /<([^>]+)>/.exec(email?.headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
    expect(email?.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');

    expect((await fetch(link)).status).toBe(200);
    const second = await signUp(world);
    await createProject(world, second);
    await world.settle();
    expect(world.stack.inbox.emails()).toHaveLength(2);

    const posted = await fetch(link, { method: 'POST', body: 'List-Unsubscribe=One-Click' });
    expect(posted.status).toBe(200);
    const third = await signUp(world);
    await createProject(world, third);
    await world.settle();
    expect(world.stack.inbox.emails()).toHaveLength(2);
    expect(await world.counts('welcome')).toMatchObject({ sent: 2, suppressed: 1 });
  });

  it('is refused when its unsubscribe link was changed by a letter', async () => {
    world = await createWorld({ config: activation });
    const user = await signUp(world);
    await createProject(world, user);
    await world.settle();
    const [email] = world.stack.inbox.emails();
    const link = /<([^>]+)>/.exec(email?.headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
    const changed = link.slice(0, -1) + (link.endsWith('A') ? 'B' : 'A');
    expect((await fetch(changed, { method: 'POST' })).status).toBe(401);
  });

  it.each([
    { kind: 'error' } as const,
    { kind: 'answer-lost' } as const,
    { kind: 'concurrent' } as const,
    { kind: 'rate-limited', retryAfterSeconds: 20 } as const,
  ])('is sent once though the provider fails at first: %j', async (fault) => {
    world = await createWorld({ config: activation });
    world.stack.inbox.fail(fault, 2);
    const user = await signUp(world);
    await createProject(world, user);
    await world.advance('1h');
    expect(world.stack.inbox.emails()).toHaveLength(1);
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent']);
  });
});
