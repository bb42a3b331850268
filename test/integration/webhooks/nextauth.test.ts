import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { skeneEvents } from '../../../src/adapters/nextauth.ts';
import { DEV_SECRET } from '../../../src/dev/index.ts';
import { type Listening, listen } from '../../../src/dev/listen.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, step } from '../loops/activation.ts';

let world: World;
beforeEach(async () => {
  const on = (event: string) => ({
    ...activation,
    id: event,
    steps: [
      {
        trigger: { type: 'webhook' as const, provider: 'nextauth' as const, event },
        action: {
          ...step.action,
          personalization: { name: '{{user.name}}', activationLink: 'https://example.com' },
        },
      },
    ],
  });
  world = await createWorld({ config: { loops: [on('createUser'), on('signIn')] } });
});
afterEach(() => world.close());

const started = async () => (await world.runs()).map(({ loop, subject }) => `${loop} ${subject}`).sort();
const user = { id: '7', email: 'ada@example.com', name: 'Ada' };

describe('skeneEvents()', () => {
  it('tells of who is created and who signs in, and the email reaches them', async () => {
    const events = skeneEvents({ url: world.stack.urls.functions, secret: DEV_SECRET });
    await events.createUser({ user });
    await events.signIn({ user, account: { provider: 'github' }, isNewUser: true });
    await expect.poll(started).toEqual(['createUser 7', 'signIn 7']);
    await world.settle();
    expect(world.stack.inbox.emails().map(({ to }) => to)).toEqual([
      ['ada@example.com'],
      ['ada@example.com'],
    ]);
  });

  it('tells once of who is created, and each time of who signs in', async () => {
    const events = skeneEvents({ url: world.stack.urls.functions, secret: DEV_SECRET });
    for (let again = 0; again < 3; again += 1) {
      await events.createUser({ user });
      await events.signIn({ user });
    }
    await expect.poll(started).toEqual(['createUser 7', 'signIn 7', 'signIn 7', 'signIn 7']);
  });

  it('knows who signs out by the token or the session, of either version', async () => {
    const seen: unknown[] = [];
    const server = await listen(
      async (request) => {
        seen.push(await request.json());
        return new Response(null, { status: 204 });
      },
      { port: 0 },
    );
    const events = skeneEvents({ url: server.url, secret: 'secret' });
    await events.signOut({ token: { sub: '7' } });
    await events.signOut({ session: { userId: '8' } });
    await events.signOut({ session: { user: { email: 'nobody we know' } } });
    await events.signOut({});
    await expect.poll(() => seen).toMatchObject([{ user: { id: '7' } }, { user: { id: '8' } }]);
    await server.close();
  });

  describe('never stands in the way of a login', () => {
    let slow: Listening;
    let answers: number;
    beforeEach(async () => {
      answers = 0;
      slow = await listen(
        async () => {
          await new Promise((resolve) => setTimeout(resolve, 300));
          answers += 1;
          return new Response('not now', { status: 503 });
        },
        { port: 0 },
      );
    });
    afterEach(() => slow.close());

    it('is done before the deployment has answered, and tries again', async () => {
      const problems: string[] = [];
      const events = skeneEvents({
        url: slow.url,
        secret: 'x',
        onError: ({ message }) => problems.push(message),
      });
      await events.createUser({ user });
      expect(answers).toBe(0);
      await expect.poll(() => problems, { timeout: 5_000 }).toEqual([expect.stringContaining('503 not now')]);
      expect(answers).toBe(3);
    });

    it.each([
      ['nobody is there', { url: 'http://127.0.0.1:1', secret: 'x' }],
      ['it is not known where to send', { url: '', secret: '' }],
      ['the address is none', { url: 'nonsense', secret: 'x' }],
    ])('when %s', async (_, address) => {
      const problems: string[] = [];
      const events = skeneEvents({ ...address, onError: ({ message }) => problems.push(message) });
      await events.createUser({ user });
      await events.signIn({ user: {} });
      await expect.poll(() => problems).toHaveLength(1);
    });
  });
});
