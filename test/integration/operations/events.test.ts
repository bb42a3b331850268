import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listen } from '../../../src/dev/listen.ts';
import type { LoopInput } from '../../../src/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, step } from '../loops/activation.ts';
import { skene } from './command-line.ts';

const on = (id: string, trigger: NonNullable<LoopInput['steps'][number]['trigger']>): LoopInput => ({
  ...activation,
  id,
  steps: [
    {
      trigger,
      action: {
        ...step.action,
        personalization: {
          name: '{{user.name}}',
          activationLink: 'https://example.com',
        },
      },
    },
  ],
});

let world: World;
beforeEach(async () => {
  world = await createWorld({
    config: {
      loops: [
        on('clerk', { type: 'webhook', provider: 'clerk', event: 'user.created' }),
        on('nextauth', { type: 'webhook', provider: 'nextauth', event: 'createUser' }),
        on('paid', { type: 'event', name: 'subscription.started' }),
        on('app', { type: 'event', name: 'project.created' }),
      ],
    },
  });
});
afterEach(() => world.close());

const addresses = () => world.emails.map(({ to }) => to[0]);

describe('skene events send', () => {
  it.each([
    ['clerk', 'user.created'],
    ['nextauth', 'createUser'],
  ])('tells of a user as %s does', async (provider, event) => {
    const who = ['--subject', '41', '--email', 'ada@example.com', '--name', 'Ada Lovelace'];
    const { code, out } = await skene(world, 'events', 'send', provider, event, ...who);
    expect([code, out]).toEqual([0, `${event} was taken: 1 runs started, 0 known before.\n`]);
    await world.settle();
    expect(addresses()).toEqual(['ada@example.com']);
  });

  it('tells of a payment as Stripe does, which the functions look up', async () => {
    const ada = await world.signUp({ email: 'ada@example.com' });
    world.stack.stripe.subscribe({ customer: 'cus_1', plan: 'team' });
    const about = ['--subject', ada.id, '--customer', 'cus_1', '--json'];
    const { out } = await skene(world, 'events', 'send', 'stripe', 'checkout.session.completed', ...about);
    expect(JSON.parse(out)).toEqual({ started: 1, known: 0 });
    await world.settle();
    expect(addresses()).toEqual(['ada@example.com']);
    expect(await world.state.subscriptions.of(ada.id)).toMatchObject({ plan: 'team', status: 'active' });
    world.stack.stripe.subscribe({ customer: 'cus_1', plan: 'team', status: 'canceled' });
    await skene(world, 'events', 'send', 'stripe', 'customer.subscription.deleted', ...about);
    expect(await world.state.subscriptions.of(ada.id)).toMatchObject({ status: 'canceled' });
  });

  it('tells of a bounce as Resend does, and of what happens in the app', async () => {
    const ada = await world.signUp({ email: 'ada@example.com' });
    const project = ['events', 'send', 'app', 'project.created', '--subject', ada.id];
    expect(await skene(world, ...project)).toMatchObject({ code: 0 });
    await world.settle();
    await skene(world, 'events', 'send', 'resend', 'email.complained', '--email', 'ada@example.com');
    await skene(world, ...project);
    await world.settle();
    expect(addresses()).toEqual(['ada@example.com']);
  });

  it.each([
    [['paypal', 'x'], 'Write one of: clerk'],
    [['app', 'x', '--data', '[1]'], 'Write a JSON object'],
    [['stripe', 'x', '--plan', 'pro'], '--plan and --status work with --local alone'],
  ])('refuses %j', async (args, message) => {
    expect(await skene(world, 'events', 'send', ...args)).toMatchObject({
      code: 2,
      note: expect.stringContaining(message),
    });
  });

  it('is taken by a handler of the app’s own too, which knows of no runs', async () => {
    const own = await listen(async () => new Response(null, { status: 204 }), { port: 0 });
    const stack = { ...world.stack, urls: { ...world.stack.urls, functions: own.url } };
    const answer = await skene({ ...world, stack }, 'events', 'send', 'clerk', 'user.created');
    expect(answer).toMatchObject({ code: 0, out: 'user.created was taken.\n' });
    await own.close();
  });

  it('says what the deployment has against it', async () => {
    const answer = await skene(world, 'events', 'send', 'nextauth', 'unheardOf');
    expect(answer).toMatchObject({ code: 1, note: expect.stringMatching(/answered 400/) });
  });
});
