import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { type StripeServer, startStripe } from '../../servers/stripe.ts';
import { activation, step } from '../loops/activation.ts';
import { redisText } from './redis-text.ts';
import {
  clerkUser,
  type Signed,
  signClerk,
  signNextAuth,
  signResend,
  signStripe,
  stripeEvent,
} from './signed.ts';

type Sign = (payload: unknown, spoilt?: { age?: number; secret?: string; id?: string }) => Signed;
type Case = [name: string, make: (provider: Provider) => Signed, status: number | RegExp];

/** One provider: how it signs, something that is right, and the members that have to be there. */
interface Provider {
  name: string;
  sign: Sign;
  payload: object;
  /** A secret in its form that is not the right one. */
  otherSecret: string;
  /** The header that proves where a webhook comes from. */
  proof: string;
  /** Paths of members without which it means nothing. */
  needed: string[][];
  /** Paths of its ids. */
  ids: string[][];
  /** Whether age is part of the proof. */
  isTimed: boolean;
}

const PROVIDERS: Provider[] = [
  {
    name: 'clerk',
    sign: signClerk,
    payload: { type: 'user.created', data: clerkUser('user_1') },
    otherSecret: 'whsec_b3RoZXI=',
    proof: 'svix-signature',
    needed: [['type'], ['data'], ['data', 'id']],
    ids: [['data', 'id']],
    isTimed: true,
  },
  {
    name: 'stripe',
    sign: signStripe,
    payload: stripeEvent('evt_1', 'invoice.paid', { id: 'in_1', object: 'invoice', customer: 'cus_1' }),
    otherSecret: 'whsec_other',
    proof: 'stripe-signature',
    needed: [['id'], ['type'], ['data'], ['data', 'object']],
    ids: [['id'], ['data', 'object', 'id'], ['data', 'object', 'customer']],
    isTimed: true,
  },
  {
    name: 'resend',
    sign: signResend,
    payload: {
      type: 'email.bounced',
      created_at: '2026-11-20T10:00:00.000Z',
      data: { email_id: 'e', to: ['ada@example.com'], bounce: { type: 'Permanent' } },
    },
    otherSecret: 'whsec_b3RoZXI=',
    proof: 'svix-signature',
    needed: [['type'], ['data']],
    ids: [],
    isTimed: true,
  },
  {
    name: 'nextauth',
    sign: signNextAuth,
    payload: { event: 'createUser', user: { id: '1', email: 'ada@example.com', name: 'Ada' } },
    otherSecret: 'another-secret-of-some-length',
    proof: 'authorization',
    needed: [['event'], ['user'], ['user', 'id']],
    ids: [['user', 'id'], ['id']],
    isTimed: false,
  },
];

const clone = (payload: object): Record<string, unknown> =>
  structuredClone(payload) as Record<string, unknown>;
const text = (payload: object) => JSON.stringify(payload);
function without(payload: object, path: readonly string[]): object {
  return having(payload, path, undefined);
}
function having(payload: object, path: readonly string[], value: unknown): object {
  const copy = clone(payload);
  const parent = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((node, key) => node[key] as Record<string, unknown>, copy);
  parent[path.at(-1) ?? ''] = value;
  return copy;
}
function withHeader({ body, headers }: Signed, name: string, value: string | undefined): Signed {
  const changed: Record<string, string> = { ...headers };
  if (value === undefined) delete changed[name];
  else changed[name] = value;
  return { body, headers: changed };
}

/** What is wrong with where it comes from: 401, and nothing is read. */
const FORGED: Case[] = [
  ['without its proof', ({ sign, payload, proof }) => withHeader(sign(payload), proof, undefined), 401],
  ['with an empty proof', ({ sign, payload, proof }) => withHeader(sign(payload), proof, ' '), 401],
  [
    'with something else for its proof',
    ({ sign, payload, proof }) => withHeader(sign(payload), proof, 'v1,AAAA'),
    401,
  ],
  [
    'with a very long proof',
    ({ sign, payload, proof }) => withHeader(sign(payload), proof, `v1,${'A'.repeat(9_000)}`),
    401,
  ],
  [
    'with unicode in its proof',
    ({ sign, payload, proof }) => withHeader(sign(payload), proof, 'v1,\u00e9\u00ff'),
    401,
  ],
  [
    'signed with another secret',
    ({ sign, payload, otherSecret }) => sign(payload, { secret: otherSecret }),
    401,
  ],
];

/** What only a signature over body and time finds. */
const TAMPERED: Case[] = [
  ['signed an hour ago', ({ sign, payload }) => sign(payload, { age: 3_600 }), 401],
  ['signed six minutes ago', ({ sign, payload }) => sign(payload, { age: 360 }), 401],
  [
    'with one letter of its body changed',
    ({ sign, payload }) => ({ ...sign(payload), body: text(payload).replace('a', 'b') }),
    401,
  ],
  [
    'with a space added to its body',
    ({ sign, payload }) => ({ ...sign(payload), body: `${text(payload)} ` }),
    401,
  ],
  ['truncated', ({ sign, payload }) => ({ ...sign(payload), body: text(payload).slice(0, -10) }), 401],
  [
    'with an empty body under the signature of another',
    ({ sign, payload }) => ({ ...sign(payload), body: '' }),
    401,
  ],
  [
    'with two bodies',
    ({ sign, payload }) => ({ ...sign(payload), body: text(payload) + text(payload) }),
    401,
  ],
];

/** A provider's own verifier parses what it has verified, and takes its failure for that of the signature. */
const UNREADABLE = /^40[01]$/;

/** What is signed and wrong all the same. */
const MALFORMED: Case[] = [
  ['larger than a megabyte', ({ sign, payload }) => sign({ ...payload, more: 'x'.repeat(1_100_000) }), 413],
  ['an array', ({ sign, payload }) => sign([payload]), 400],
  ['null', ({ sign }) => sign('null'), UNREADABLE],
  ['a number', ({ sign }) => sign('1e999'), 400],
  ['text', ({ sign }) => sign('"hello"'), 400],
  ['no JSON', ({ sign }) => sign('{"type": '), UNREADABLE],
  ['empty', ({ sign }) => sign('{}'), 400],
  ...[0, 1, 2, 3].flatMap((index): Case[] => [
    [
      `without needed member ${index + 1}`,
      ({ sign, payload, needed }) => sign(without(payload, needed[index % needed.length] ?? [])),
      400,
    ],
    [
      `with a number for needed member ${index + 1}`,
      ({ sign, payload, needed }) => sign(having(payload, needed[index % needed.length] ?? [], 7)),
      400,
    ],
    [
      `with an array for needed member ${index + 1}`,
      ({ sign, payload, needed }) => sign(having(payload, needed[index % needed.length] ?? [], ['x'])),
      400,
    ],
    [
      `with null for needed member ${index + 1}`,
      ({ sign, payload, needed }) => sign(having(payload, needed[index % needed.length] ?? [], null)),
      400,
    ],
  ]),
];

let world: World;
let stripe: StripeServer;
beforeAll(async () => {
  stripe = await startStripe();
  const on = (provider: 'clerk' | 'stripe' | 'nextauth', event: string) => ({
    ...activation,
    id: provider,
    steps: [{ ...step, trigger: { type: 'webhook' as const, provider, event } }],
  });
  world = await createWorld({
    config: {
      loops: [on('clerk', 'user.created'), on('stripe', 'invoice.paid'), on('nextauth', 'createUser')],
    },
    variables: { STRIPE_SECRET_KEY: 'sk_test', STRIPE_API_URL: stripe.url },
  });
});
afterAll(async () => {
  await world.close();
  await stripe.close();
});

const deliver = (provider: string, { body, headers }: Signed) =>
  fetch(`${world.stack.urls.functions}/api/webhooks/${provider}`, { method: 'POST', body, headers });

describe.each(PROVIDERS)('a webhook of $name', (provider) => {
  const cases = [...FORGED, ...(provider.isTimed ? TAMPERED : []), ...MALFORMED];

  it.each(cases)('%s is answered with a problem, and changes nothing', async (_, make, status) => {
    await world.settle();
    const before = await redisText(world);
    const answer = await deliver(provider.name, make(provider));
    const problem = (await answer.json()) as Record<string, unknown>;
    expect(String(answer.status)).toMatch(typeof status === 'number' ? String(status) : status);
    expect(problem).toMatchObject({ status: answer.status, detail: expect.any(String) });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.stringify(problem)).not.toMatch(/whsec|node_modules|at \w+ \(/);
    expect(await redisText(world)).toBe(before);
  });

  it('with an id that no table holds is answered with what is wrong, and changes nothing', async () => {
    const before = await redisText(world);
    for (const path of provider.ids) {
      const answer = await deliver(provider.name, provider.sign(having(provider.payload, path, 'a\0')));
      const { detail } = (await answer.json()) as { detail: string };
      expect([answer.status, detail]).toEqual([400, expect.stringMatching(/NUL character|is not what/)]);
    }
    expect(await redisText(world)).toBe(before);
  });

  it('by GET, PUT or DELETE is refused', async () => {
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect(
        (await fetch(`${world.stack.urls.functions}/api/webhooks/${provider.name}`, { method })).status,
      ).toBe(405);
  });

  it('with keys that JavaScript keeps for itself pollutes nothing', async () => {
    const hostile = text(provider.payload).replace(
      /^\{/,
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
    );
    expect((await deliver(provider.name, provider.sign(hostile, { id: 'msg_hostile' }))).status).toBe(200);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('with text in any script, and very long, is taken', async () => {
    const strange = {
      ...provider.payload,
      note: '\u{1F469}\u200D\u{1F4BB}\u202E\u0000\uD800',
      long: 'é'.repeat(100_000),
    };
    expect((await deliver(provider.name, provider.sign(strange, { id: 'msg_strange' }))).status).toBe(200);
  });

  it('of a kind that nobody asked for is a 200 that does nothing', async () => {
    if (provider.name === 'nextauth') return;
    const before = await world.runs();
    const other = having(provider.payload, ['type'], 'something.else');
    expect((await deliver(provider.name, provider.sign(other, { id: 'msg_other' }))).status).toBe(200);
    expect(await world.runs()).toEqual(before);
  });
});

it('whom Stripe was told to be somebody by an id that no table holds is looked for by the next', async () => {
  const object = { id: 'cs_1', object: 'checkout.session', client_reference_id: 'a\0' };
  const paid = { ...object, customer: 'cus_2', metadata: { user_id: 'ada' } };
  const answer = await deliver(
    'stripe',
    signStripe(stripeEvent('evt_2', 'checkout.session.completed', paid)),
  );
  expect(answer.status).toBe(200);
  expect(await world.state.subscriptions.subjectOf('cus_2')).toBe('ada');
});

it('a provider that nobody knows is a 404', async () => {
  for (const name of ['github', '__proto__', 'constructor', '%2e%2e', 'clerk%00'])
    expect((await deliver(name, signClerk({}))).status).toBe(404);
});
