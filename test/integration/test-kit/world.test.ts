import { afterEach, describe, expect, it } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import '../../../src/testing/vitest.ts';
import { createWorld, type World, type WorldOptions } from '../../../src/testing/index.ts';
import { activation, step, withReminder } from '../loops/activation.ts';

const worlds: World[] = [];
async function open(options: WorldOptions): Promise<World> {
  const world = await createWorld(options);
  worlds.push(world);
  return world;
}
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

const personalization = { name: '{{user.name}}', activationLink: 'https://example.com/start' };
const action = { ...step.action, personalization };
/** Waits thirty days for the first project. */
const patient: LoopInput = {
  ...activation,
  steps: [
    {
      ...step,
      condition: { ...step.condition, timeout: '30d' },
      action,
      otherwise: { ...action, subject: 'Still there?' },
    },
  ],
};

describe('a world', () => {
  it('runs a loop of thirty days from sign-up to both of its ends', async () => {
    const world = await open({ config: patient });
    const ada = await world.signUp({ name: 'Ada', email: 'ada@example.com' });
    const bob = await world.signUp();
    await world.advance('29d');
    expect(world.emails).toEqual([]);
    await world.rows('user_actions').insert({ user_id: ada.id, action_type: 'first_project_created' });
    expect(world).toHaveEmailed('ada@example.com', { subject: /Ada/, times: 1 });
    await world.advance('1d');
    expect(world).toHaveEmailed(bob.email, { subject: 'Still there?' });
    await expect(world).toHaveOutcome('met', { subject: ada.id });
    await expect(world).toHaveOutcome('timed_out', { subject: bob.id });
    await expect(world).not.toHaveOutcome('failed');
  });

  it('counts the messages that QStash would bill', async () => {
    const world = await open({ config: { ...activation, steps: [{ ...step, action }] } });
    const ada = await world.signUp();
    await world.rows('user_actions').insert({ user_id: ada.id, action_type: 'first_project_created' });
    expect(world.messages).toBe(3);
  });

  it('takes signed webhooks and the events of the app', async () => {
    const on = (id: string, trigger: NonNullable<LoopInput['steps'][number]['trigger']>): LoopInput => ({
      ...activation,
      id,
      steps: [{ trigger, action }],
    });
    const world = await open({
      config: {
        loops: [
          on('clerk', { type: 'webhook', provider: 'clerk', event: 'user.created' }),
          on('nextauth', { type: 'webhook', provider: 'nextauth', event: 'createUser' }),
          on('app', { type: 'event', name: 'project.created' }),
        ],
      },
    });
    const person = {
      id: '41',
      first_name: 'Ada',
      email_addresses: [{ id: 'e', email_address: 'ada@example.com' }],
    };
    await world.webhook.clerk('user.created', person);
    await world.webhook.nextauth('createUser', { id: '42', email: 'bob@example.com', name: 'Bob' });
    const cyd = await world.signUp({ email: 'cyd@example.com' });
    await world.track({ name: 'project.created', subject: cyd.id });
    for (const address of ['ada@example.com', 'bob@example.com', 'cyd@example.com'])
      expect(world).toHaveEmailed(address, { times: 1 });
    await expect(world.webhook.clerk('user.created', person, { secret: 'whsec_b3RoZXI=' })).rejects.toThrow(
      /refused: 401/,
    );
  });

  it('has a database that lives in its time, forwards only', async () => {
    const world = await open({ config: patient });
    const timeOf = async () => {
      const [row] = await world.sql<{ now: Date; distance: number }>(
        'select now(), extract(epoch from clock_timestamp() - created_at)::int as distance from users',
      );
      return [row?.now.getTime() ?? 0, row?.distance] as const;
    };
    await world.signUp();
    const [before] = await timeOf();
    expect(before - world.stack.clock.now()).toBeLessThan(5_000);
    await world.advance('30d');
    const [after, distance] = await timeOf();
    expect(after - before).toBeGreaterThan(29 * 86_400_000);
    expect(distance).toBeGreaterThan(29 * 86_400);
    const next = await open({ config: withReminder });
    const [{ now } = { now: new Date(0) }] = await next.sql<{ now: Date }>('select now()');
    expect(Math.abs(now.getTime() - next.stack.clock.now())).toBeLessThan(5_000);
  });

  it('changes and removes rows, and reads them', async () => {
    const world = await open({ config: activation });
    const users = world.rows('users');
    await world.signUp({ name: 'Ada' });
    await world.signUp({ name: 'Bob' });
    await users.update({ name: 'Bob' }, { name: 'Robert' });
    await users.delete({ name: 'Ada' });
    expect(await users.all()).toMatchObject([{ name: 'Robert' }]);
    expect(await users.all({ name: 'Ada' })).toEqual([]);
  });

  it('knows nothing of others that run in the same process at the same time', async () => {
    const quick = { ...activation, steps: [{ ...step, action }] };
    const live = async (days: number) => {
      const world = await open({ config: days === 0 ? quick : patient });
      const people = [];
      for (let count = 0; count <= days; count += 1) people.push(await world.signUp());
      if (days > 0) await world.advance(`${days}d`);
      for (const { id } of people)
        await world.rows('user_actions').insert({ user_id: id, action_type: 'first_project_created' });
      const [{ now } = { now: new Date(0) }] = await world.sql<{ now: Date }>('select now()');
      return {
        emails: world.emails.length,
        runs: (await world.runs()).length,
        messages: world.messages,
        isInItsTime: Math.abs(now.getTime() - world.stack.clock.now()) < 60_000,
      };
    };
    expect(await Promise.all([0, 1, 2, 3].map(live))).toEqual(
      [1, 2, 3, 4].map((people) => ({
        emails: people,
        runs: people,
        messages: 3 * people,
        isInItsTime: true,
      })),
    );
  });
});
