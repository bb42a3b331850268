import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import { eventOrders, replay, type Tell } from '../../../src/testing/fast-check.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, step } from '../loops/activation.ts';

let world: World;
afterEach(() => world.close());

const action = {
  ...step.action,
  personalization: { name: '{{user.name}}', activationLink: 'https://example.com/start' },
};
const tell = {
  project: (_, { person }) =>
    world.rows('user_actions').insert({ user_id: person.id, action_type: 'first_project_created' }),
  visit: (_, { person, key }) => world.track({ name: 'visit', subject: person.id, id: key }),
  login: (_, { person, key }) => world.webhook.clerk('user.updated', { id: person.id }, { id: key }),
} satisfies Record<string, Tell>;
const orders = eventOrders({
  happenings: ['project', 'visit', 'login'],
  pauses: ['1s', '4m', '1h'],
  longest: 6,
});

/** Whether nobody of an order gets more than one email. */
const nobodyTwice = fc.asyncProperty(orders, async (order) => {
  const people = await replay(world, order, tell);
  for (const { email } of people)
    expect(world.emails.filter(({ to }) => to.includes(email)).length).toBeLessThanOrEqual(1);
});

it('whatever the order, each person gets at most one email of a loop that a sign-up starts', async () => {
  world = await createWorld({ config: { ...activation, steps: [{ ...step, action }] } });
  await fc.assert(nobodyTwice, { numRuns: 6 });
  expect(world.emails.length).toBeGreaterThan(0);
});

it('a loop that mails at each visit is caught, by the fewest happenings that show it', async () => {
  const config: LoopInput = { ...activation, steps: [{ trigger: { type: 'event', name: 'visit' }, action }] };
  world = await createWorld({ config });
  const { failed, counterexample } = await fc.check(nobodyTwice, { numRuns: 100, seed: 1 });
  expect(failed).toBe(true);
  const [order = []] = counterexample ?? [];
  expect(order).toHaveLength(2);
  expect(order).toEqual([
    { person: expect.any(Number), what: 'visit', nth: expect.any(Number) },
    { person: expect.any(Number), what: 'visit', nth: expect.any(Number) },
  ]);
});
