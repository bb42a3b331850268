import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, outcomes, step } from '../loops/activation.ts';
import { redisText } from './redis-text.ts';
import { clerkUser, type Signed, signClerk } from './signed.ts';

/** Whoever signs up at Clerk and creates a project soon is welcomed; the application keeps no table of users. */
const onClerk = loopOn('user.created');

function loopOn(event: string): LoopInput {
  const trigger = { type: 'webhook', provider: 'clerk', event } as const;
  const personalization = { name: '{{user.name}}', activationLink: 'https://example.com/start' };
  return { ...activation, steps: [{ ...step, trigger, action: { ...step.action, personalization } }] };
}

let world: World;
beforeEach(async () => {
  world = await createWorld({ config: onClerk });
  await world.sql('alter table users alter column id drop identity');
  await world.sql('alter table users alter column id type text');
  await world.sql('alter table user_actions alter column user_id type text');
});
afterEach(() => world.close());

const deliver = ({ body, headers }: Signed): Promise<Response> =>
  fetch(`${world.stack.urls.functions}/api/webhooks/clerk`, { method: 'POST', body, headers });
const created = (id: string, more = {}) => ({
  type: 'user.created',
  object: 'event',
  data: clerkUser(id, more),
});

async function createProject(user: string): Promise<void> {
  await world.sql(`insert into user_actions (user_id, action_type) values ($1, 'first_project_created')`, [
    user,
  ]);
  await world.settle();
}

describe('a webhook of Clerk', () => {
  it('starts a run, whose email goes to the address that Clerk told', async () => {
    const answer = await deliver(signClerk(created('user_1')));
    expect([answer.status, await answer.json()]).toEqual([200, { started: 1, known: 0 }]);
    await world.settle();
    await createProject('user_1');
    expect(world.stack.inbox.emails()).toMatchObject([
      { to: ['ada@example.com'], subject: expect.stringContaining('Ada Lovelace') },
    ]);
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent']);
  });

  it('that comes again starts nothing', async () => {
    await deliver(signClerk(created('user_1'), { id: 'msg_1' }));
    for (let again = 0; again < 3; again += 1)
      expect(await (await deliver(signClerk(created('user_1'), { id: 'msg_1' }))).json()).toEqual({
        started: 0,
        known: 1,
      });
    expect(await world.runs()).toHaveLength(1);
  });

  it('keeps the newest contact, in whatever order they come', async () => {
    const address = (email: string) => ({
      primary_email_address_id: 'a',
      email_addresses: [{ id: 'a', email_address: email }],
    });
    const updated = (at: number, email: string) => ({
      type: 'user.updated',
      data: clerkUser('user_1', { updated_at: at, ...address(email) }),
    });
    await deliver(signClerk(created('user_1')));
    await deliver(signClerk(updated(1_780_000_003_000, 'third@example.com'), { id: 'msg_3' }));
    await deliver(signClerk(updated(1_780_000_002_000, 'second@example.com'), { id: 'msg_2' }));
    expect(await world.state.contacts.find('user_1')).toEqual({
      email: 'third@example.com',
      name: 'Ada Lovelace',
    });
  });

  it('of a deletion ends the runs and forgets everything, and what comes late changes nothing', async () => {
    await deliver(signClerk(created('user_1')));
    await deliver(signClerk(created('user_2'), { id: 'msg_2' }));
    await world.settle();
    const erased = await deliver(
      signClerk({ type: 'user.deleted', data: { id: 'user_1', deleted: true } }, { id: 'msg_3' }),
    );
    expect(erased.status).toBe(200);
    await createProject('user_1');
    await deliver(signClerk(created('user_1'), { id: 'msg_4' }));
    await world.advance('1h');

    expect((await world.runs()).map(({ subject }) => subject)).toEqual(['user_2']);
    expect(world.stack.inbox.emails()).toEqual([]);
    expect(await world.state.contacts.find('user_1')).toEqual({});
    const left = await redisText(world);
    expect(left).toContain('user_2');
    expect(left).not.toContain('user_1');
  });

  it('of a session or a membership is about its user, of an organisation about itself', async () => {
    await world.use(loopOn('session.created'));
    const answer = await deliver(
      signClerk({ type: 'session.created', data: { id: 'sess_1', user_id: 'user_9', object: 'session' } }),
    );
    expect(await answer.json()).toEqual({ started: 1, known: 0 });
    expect((await world.runs())[0]?.subject).toBe('user_9');
    const membership = {
      type: 'organizationMembership.created',
      data: { id: 'm', public_user_data: { user_id: 'user_9' } },
    };
    expect((await deliver(signClerk(membership, { id: 'msg_5' }))).status).toBe(200);
  });

  it('keeps what only Clerk and the server may know out of runs', async () => {
    await deliver(signClerk(created('user_1')));
    await world.settle();
    expect(await redisText(world)).not.toContain('for the server alone');
    expect(JSON.stringify(world.log)).not.toContain('for the server alone');
  });
});
