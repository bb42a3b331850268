import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { addActivity, addUsers, retention } from './retention.ts';

let world: World;
afterEach(() => world.close());

const recipients = () => world.stack.inbox.emails().map(({ to }) => to[0]);

async function lastPass() {
  const [run] = await world.runs();
  return run?.facts.at(-1);
}

describe('a pass', () => {
  it('mails everybody who is dormant, once, and nobody else, and costs 3 messages', async () => {
    world = await createWorld({ config: retention });
    await addActivity(world);
    await addUsers(world, 250, 8);
    await addUsers(world, 50, 3);
    await world.advance('1d');
    const addresses = recipients();
    expect(addresses).toHaveLength(250);
    expect(new Set(addresses).size).toBe(250);
    expect(await lastPass()).toMatchObject({ outcome: 'done', detail: { sent: 250 } });
    expect(world.stack.qstash.stats.billed).toBe(3);
    const [email] = world.stack.inbox.emails();
    expect(email?.text).toContain('User 1');
    expect(email?.headers['List-Unsubscribe']).toBeDefined();
  });
});
