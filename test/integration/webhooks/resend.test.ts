import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, createProject, signUp } from '../loops/activation.ts';
import { type Signed, signResend } from './signed.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld({ config: activation });
});
afterEach(() => world.close());

const deliver = ({ body, headers }: Signed): Promise<Response> =>
  fetch(`${world.stack.urls.functions}/api/webhooks/resend`, { method: 'POST', body, headers });

/** Sends the welcome, and answers with what Resend would say of it. */
async function welcome(): Promise<{ to: string[]; tags: unknown }> {
  await createProject(world, await signUp(world));
  await world.settle();
  const email = world.stack.inbox.emails().at(-1);
  return { to: email?.to ?? [], tags: email?.tags };
}
const said = (type: string, data: object, id = `msg_${type}`) =>
  deliver(signResend({ type, created_at: new Date().toISOString(), data }, { id }));

describe('a webhook of Resend', () => {
  it('counts what became of the email, each once', async () => {
    const email = await welcome();
    for (const type of [
      'email.delivered',
      'email.opened',
      'email.opened',
      'email.clicked',
      'email.delivered',
    ])
      expect((await said(type, email)).status).toBe(200);
    expect(await world.counts('welcome')).toMatchObject({ sent: 1, delivered: 1, opened: 1, clicked: 1 });
    const [run] = await world.runs();
    expect(run?.facts.map(({ outcome, step }) => `${outcome} ${step}`)).toEqual(
      expect.arrayContaining(['sent step-1', 'delivered step-1', 'clicked step-1']),
    );
  });

  it.each([
    ['a bounce for good', 'email.bounced', { bounce: { type: 'Permanent', subType: 'General' } }],
    ['a bounce of no kind', 'email.bounced', {}],
    ['a complaint', 'email.complained', {}],
  ])('of %s keeps the address from being mailed again', async (_, type, more) => {
    const email = await welcome();
    await said(type, { ...email, ...more });
    await welcome();
    expect(world.stack.inbox.emails()).toHaveLength(1);
    expect(await world.counts('welcome')).toMatchObject({ sent: 1, suppressed: 1 });
  });

  it.each([
    ['a bounce that may pass', 'email.bounced', { bounce: { type: 'Transient' } }],
    ['a delay', 'email.delivery_delayed', {}],
  ])('of %s suppresses nobody', async (_, type, more) => {
    const email = await welcome();
    await said(type, { ...email, ...more });
    await welcome();
    expect(world.stack.inbox.emails()).toHaveLength(2);
  });

  it('about an email that Skene did not send still suppresses its address', async () => {
    const answer = await said('email.complained', {
      to: ['ada@example.com'],
      tags: [{ name: 'run', value: 'none' }],
    });
    expect(answer.status).toBe(200);
    await welcome();
    expect(world.stack.inbox.emails()).toEqual([]);
  });
});
