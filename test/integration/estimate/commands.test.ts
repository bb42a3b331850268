import { afterEach, describe, expect, it } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { type ConfigInput, type LoopInput, resolveConfig } from '../../../src/config/index.ts';
import { estimate, type Traffic, USUAL_PRICES } from '../../../src/estimate/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { freemium, openGateIn } from '../gate/freemium.ts';
import { activation, createProject, signUp, step } from '../loops/activation.ts';
import { addActivity, addUsers, dormant } from '../retention/retention.ts';

let world: World;
afterEach(() => world.close());

const nothing: Traffic = { signups: 0, starts: {}, users: 0, dormant: 0, active: 0, requests: 0, blocked: 0 };

function estimated(config: ConfigInput | LoopInput, traffic: Partial<Traffic>) {
  return estimate(compileConfig(resolveConfig(config)), { ...nothing, ...traffic }, USUAL_PRICES);
}

/** What the local services count while something happens. */
async function counting(work: () => Promise<void>): Promise<{ commands: number; messages: number }> {
  const before = [world.stack.redis.commandCount, world.messages] as const;
  await work();
  await world.settle();
  return {
    commands: world.stack.redis.commandCount - before[0],
    messages: world.messages - before[1],
  };
}

function expectNear(commands: number, counted: number): void {
  expect(commands / counted, `${commands} estimated, ${counted} counted`).toBeGreaterThan(0.75);
  expect(commands / counted, `${commands} estimated, ${counted} counted`).toBeLessThan(1.25);
}

describe('the commands and messages that are estimated are those that the local services count', () => {
  it('of runs that are met while they wait', async () => {
    world = await createWorld({ config: activation });
    const counted = await counting(async () => {
      for (const name of ['Ada', 'Grace']) {
        const user = await signUp(world, name);
        await world.settle();
        await createProject(world, user);
        await world.settle();
      }
    });
    const [loop] = estimated(activation, { signups: 2, active: 1 }).loops;
    expectNear(loop?.commands ?? 0, counted.commands);
    expect(loop?.messages).toBe(counted.messages);
    expect(loop?.emails).toBe(world.emails.length);
  });

  it.each(['5m', '30d'])('of runs that wait %s in vain', async (timeout) => {
    const config = { ...activation, steps: [{ ...step, condition: { ...step.condition, timeout } }] };
    world = await createWorld({ config });
    const counted = await counting(async () => {
      for (const name of ['Ada', 'Grace']) await signUp(world, name);
      await world.advance(timeout);
      await world.advance('1m');
    });
    const [loop] = estimated(config, { signups: 2, active: 0 }).loops;
    expectNear(loop?.commands ?? 0, counted.commands);
    expect(loop?.messages).toBe(counted.messages);
    expect(loop?.emails).toBe(0);
  });

  it('of weekly passes over an audience', async () => {
    const config = dormant({ cron: '0 9 * * 1' });
    world = await createWorld({ config });
    await addActivity(world);
    await addUsers(world, 300, 8);
    const counted = await counting(async () => {
      for (let week = 0; week < 4; week++) await world.advance('7d');
    });
    const [loop] = estimated(config, { users: 300, dormant: 1 }).loops;
    expectNear(loop?.commands ?? 0, counted.commands);
    expect(loop?.messages).toBe(counted.messages);
    expect(loop?.emails).toBe(world.emails.length);
  });

  it('of the gate', async () => {
    const config = freemium(10);
    world = await createWorld({ config });
    const front = openGateIn(world, config);
    const blocked = await signUp(world);
    const call = async (user: string) => {
      const headers = { 'x-user': user };
      const request = new Request('https://app.example/api/features/a', { method: 'POST', headers });
      return (await front.withGate(async () => new Response('done'))(request)).status;
    };
    const counted = await counting(async () => {
      for (let user = 0; user < 20; user++)
        for (let time = 0; time < 10; time++)
          expect(await call(user === 0 ? blocked : `other-${user}`)).toBe(200);
    });
    expectNear(estimated(config, { users: 20, requests: 200 }).commands, counted.commands);

    const refused = await counting(async () => {
      expect(await call(blocked)).toBe(402);
      await expect.poll(() => world.emails.length).toBe(1);
      await world.advance('30d');
      await world.advance('1d');
    });
    const [loop] = estimated(config, { users: 20, requests: 200, blocked: 1 / 20 }).loops;
    expectNear(loop?.commands ?? 0, refused.commands);
  });
});
