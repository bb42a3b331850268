import fc from 'fast-check';
import { DEV_SECRET } from '../../../src/dev/index.ts';
import { DEV_SIGNING_KEYS } from '../../../src/dev/qstash/index.ts';
import { signDelivery } from '../../../src/dev/qstash/signature.ts';
import { sessionCookie } from '../../../src/server/dashboard-session.ts';
import {
  clerkUser,
  signClerk,
  signNextAuth,
  signResend,
  signStripe,
  stripeEvent,
} from '../../integration/webhooks/signed.ts';
import { deepJson, headerText, hostileJson, hostileName, hostileText, spoiled } from '../hostile.ts';
import { fuzz, type Outcome, type Round, type Surface, together } from '../surface.ts';
import { type Answer, expectAnswered, openTarget, type Target } from '../target.ts';

const BEARER = { authorization: `Bearer ${DEV_SECRET}`, 'content-type': 'application/json' };

/** Half a surrogate pair stands in no address. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '');

/** Attacks a deployment that is opened for it. */
const onTarget =
  (attack: (round: Round, target: Target) => Promise<Outcome>) =>
  async (round: Round): Promise<Outcome> => {
    const target = await openTarget();
    try {
      return await attack(round, target);
    } finally {
      await target.close();
    }
  };

/** Shares the cases out among several attacks. */
function shared(
  { cases, seed }: Round,
  attacks: ReadonlyArray<(round: Round) => Promise<Outcome>>,
): Promise<Outcome[]> {
  const share = Math.ceil(cases / attacks.length);
  return attacks.reduce(
    async (before, attack) => [...(await before), await attack({ cases: share, seed })],
    Promise.resolve<Outcome[]>([]),
  );
}

const EVENT = {
  specversion: '1.0',
  id: 'evt-1',
  source: '/abuse',
  type: 'project.exported',
  subject: 'user-1',
  time: '2026-11-21T10:00:00Z',
  data: { name: 'Ada', plan: 'pro', nested: { a: [1, { b: null }] } },
};

const body = (value: object) =>
  fc.oneof(
    { weight: 6, arbitrary: spoiled(value) },
    { weight: 2, arbitrary: hostileJson },
    { weight: 1, arbitrary: hostileText },
    { weight: 1, arbitrary: deepJson },
  );

const HEADERS = [
  'authorization',
  'content-type',
  'content-encoding',
  'cookie',
  'accept',
  'origin',
  'referer',
  'host',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-for',
  'forwarded',
  'x-http-method-override',
  'sec-fetch-site',
  'upstash-signature',
  'upstash-workflow-url',
  'upstash-workflow-runid',
  'upstash-workflow-init',
  'upstash-workflow-is-failure',
  'upstash-callback',
  'upstash-region',
  'stripe-signature',
  'svix-id',
  'svix-timestamp',
  'svix-signature',
  'webhook-signature',
  'skene-local-time',
  'idempotency-key',
  'neon-connection-string',
];
const headers = fc.dictionary(fc.constantFrom(...HEADERS), headerText, { maxKeys: 6 });

const PATHS = [
  '/events',
  '/gate',
  '/workflows/v1/activation',
  '/workflows/v1/__proto__',
  '/schedules/drain',
  '/schedules/constructor',
  '/unsubscribe',
  '/webhooks/clerk',
  '/webhooks/stripe',
  '/webhooks/resend',
  '/webhooks/nextauth',
  '/webhooks/__proto__',
  '/webhooks/constructor',
  '/dashboard',
  '/health',
];
const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'HEAD',
  'QUERY',
  'constructor',
  'toString',
  '__proto__',
];

/** What a stranger may get from each path: pages that show nothing, and otherwise a refusal. */
function expectRefused(path: string, method: string, answer: Answer): void {
  expectAnswered(answer);
  if (answer.status >= 400) return;
  const isOpen = /\/health$/.test(path) || (/\/dashboard$/.test(path) && ['GET', 'HEAD'].includes(method));
  if (!isOpen)
    throw new Error(`${method} ${path} let a stranger in: ${answer.status} ${answer.text.slice(0, 200)}`);
}

const strangers: Surface = {
  name: 'functions: a stranger, any method, path, header and body',
  cases: { short: 600, long: 40_000 },
  attack: onTarget((round, { send }) =>
    fuzz(
      round,
      fc.record({
        path: fc.oneof(
          fc.constantFrom(...PATHS),
          hostileText.map((text) => `/webhooks/${encodeURIComponent(wellFormed(text))}`),
        ),
        query: fc.oneof(
          fc.constant(''),
          hostileText.map((text) => `?token=${encodeURIComponent(wellFormed(text))}`),
        ),
        method: fc.constantFrom(...METHODS),
        headers,
        body: body(EVENT),
      }),
      async ({ path, query, method, headers, body }) => {
        // Health asks Redis each time, which is not what is tried here.
        if (path === '/health') return;
        expectRefused(path, method, await send(path + query, { method, headers, body }));
      },
    ),
  ),
};

const events: Surface = {
  name: 'events: bodies from somebody who knows the secret',
  cases: { short: 300, long: 12_000 },
  attack: onTarget((round, { send }) =>
    fuzz(round, body(EVENT), async (text) => {
      const answer = await send('/events', { headers: BEARER, body: text });
      expectAnswered(answer);
      if (answer.status !== 202 && answer.status !== 400) throw new Error(`It answered ${answer.status}.`);
    }),
  ),
};

const ASK = {
  action: 'take',
  subject: 'user-1',
  method: 'POST',
  path: '/api/features/a',
  cost: 1,
  rid: 'r',
  plan: 'pro',
};
const ENTRY = { subject: 'u', feature: 'f', periodStart: 1, periodEnd: 2, used: 3, version: 4 };

const gate: Surface = {
  name: 'gate: questions from an app, and what it says of people',
  cases: { short: 300, long: 15_000 },
  attack: onTarget((round, { send }) =>
    fuzz(
      round,
      fc.oneof(
        { weight: 5, arbitrary: body(ASK) },
        {
          weight: 3,
          arbitrary: fc
            .tuple(
              hostileName,
              hostileText,
              fc.constantFrom('__proto__', 'constructor', 'toString', 'free', '*', ',free=9'),
            )
            .map(([subject, path, plan]) =>
              JSON.stringify({ ...ASK, subject, path: `/api/features/${path}`, plan }),
            ),
        },
        { weight: 1, arbitrary: body({ action: 'undo', subject: 'user-1', hold: 'limits/step-1 r n' }) },
        { weight: 1, arbitrary: body({ action: 'record', entries: [ENTRY] }) },
      ),
      async (text) => {
        const answer = await send('/gate', { headers: BEARER, body: text });
        expectAnswered(answer);
        if (answer.status !== 200) return;
        const { allowed, plan } = JSON.parse(answer.text) as { allowed?: boolean; plan?: string };
        if (
          allowed === true &&
          /"plan":"(?:__proto__|constructor|toString)"/.test(text) &&
          plan === undefined
        )
          throw new Error('A plan that JavaScript has on every object was taken for one.');
      },
    ),
  ),
};

const PROVIDERS = {
  clerk: {
    sign: signClerk,
    payload: {
      type: 'user.created',
      data: clerkUser('user_1', { plan: 'pro', public_metadata: { a: { b: 1 } } }),
    },
  },
  stripe: {
    sign: signStripe,
    payload: stripeEvent('evt_1', 'customer.subscription.updated', {
      id: 'sub_1',
      object: 'subscription',
      customer: 'cus_1',
      client_reference_id: 'user_1',
      customer_email: 'ada@example.com',
      customer_details: { email: 'ada@example.com' },
      metadata: { user_id: 'user_1' },
      subscription_details: { metadata: { userId: 'user_1' } },
    }),
  },
  resend: {
    sign: signResend,
    payload: {
      type: 'email.bounced',
      created_at: '2026-11-20T10:00:00.000Z',
      data: {
        email_id: 'e',
        to: ['ada@example.com'],
        bounce: { type: 'Permanent' },
        tags: { run: 'wfr_welcome-1', step: 'step-1', variant: 'a' },
      },
    },
  },
  nextauth: {
    sign: signNextAuth,
    payload: {
      event: 'signIn',
      id: 'i',
      time: '2026-11-20T10:00:00.000Z',
      user: { id: 'u', email: 'ada@example.com', name: 'Ada', image: 'https://example.com/a.png' },
      isNewUser: false,
      provider: 'github',
    },
  },
};

const signedWebhooks: Surface = {
  name: 'webhooks: signed by the provider, with anything in them',
  cases: { short: 400, long: 12_000 },
  attack: onTarget(async (round, { send }) =>
    together(
      await shared(
        round,
        Object.entries(PROVIDERS).map(
          ([provider, { sign, payload }]) =>
            (share) =>
              fuzz(share, body(payload), async (text) => {
                const signed = sign(text);
                const answer = await send(`/webhooks/${provider}`, {
                  headers: signed.headers,
                  body: signed.body,
                });
                expectAnswered(answer);
                if (![200, 400, 401].includes(answer.status))
                  throw new Error(`It answered ${answer.status}.`);
              }),
        ),
      ),
    ),
  ),
};

const forgedWebhooks: Surface = {
  name: 'webhooks: forged signatures',
  cases: { short: 400, long: 40_000 },
  attack: onTarget((round, { send }) =>
    fuzz(
      round,
      fc.record({
        provider: fc.constantFrom('clerk', 'stripe', 'resend', 'nextauth'),
        headers,
        body: hostileJson,
      }),
      async ({ provider, headers: spoilt, body: text }) => {
        const { sign } = PROVIDERS[provider as keyof typeof PROVIDERS];
        const { headers: right } = sign(text, {
          secret: `whsec_${Buffer.from('another').toString('base64')}`,
        });
        const answer = await send(`/webhooks/${provider}`, { headers: { ...right, ...spoilt }, body: text });
        if (answer.status !== 401) throw new Error(`It answered ${answer.status}.`);
      },
    ),
  ),
};

const qstashCalls: Surface = {
  name: 'workflows and schedules: signed by QStash, with anything in them',
  cases: { short: 200, long: 5_000 },
  attack: onTarget((round, { send, world }) => {
    const { functionsUrl } = world.stack.env;
    return fuzz(
      round,
      fc.record({
        path: fc.constantFrom('/workflows/v1/activation', '/schedules/nothing', '/workflows/v1/constructor'),
        headers,
        body: body({ version: 1, runId: 'wfr_x', plan: { loop: 'x' }, subject: 'u', event: {} }),
      }),
      async ({ path, headers: spoilt, body: text }) => {
        const signature = signDelivery({
          url: functionsUrl + path,
          body: text,
          key: DEV_SIGNING_KEYS.current,
        });
        const answer = await send(path, {
          headers: { ...spoilt, 'upstash-signature': signature },
          body: text,
        });
        // Upstash's own handler tells QStash of a payload that it cannot read with 500, and where it failed: nobody else can ask.
        if (answer.status < 500 || path !== '/workflows/v1/activation') expectAnswered(answer);
        if (answer.text.includes(DEV_SIGNING_KEYS.current) || answer.text.includes(DEV_SECRET))
          throw new Error(`A secret got out: ${answer.text.slice(0, 300)}`);
      },
    );
  }),
};

const dashboard: Surface = {
  name: 'dashboard: queries and forms of somebody signed in',
  cases: { short: 300, long: 20_000 },
  attack: onTarget((round, { send }) => {
    const cookie = sessionCookie(DEV_SECRET, { now: Date.now(), isSecure: false }).split(';')[0] ?? '';
    const text = fc.oneof(hostileText, fc.constantFrom('__proto__', 'constructor', '-1', '1e9', 'NaN'));
    return fuzz(
      round,
      fc.record({
        method: fc.constantFrom('GET', 'GET', 'POST'),
        page: fc.oneof(fc.constantFrom('loops', 'runs', 'run', 'people', 'export'), text),
        action: fc.oneof(fc.constantFrom('erase', 'retry', 'cancel', 'login'), text),
        fields: fc.dictionary(
          fc.constantFrom('id', 'loop', 'subject', 'state', 'from', 'sure', 'secret', 'asset'),
          text,
        ),
      }),
      async ({ method, page, action, fields }) => {
        const form = new URLSearchParams(fields).toString();
        const query = new URLSearchParams({ page, action }).toString();
        const answer = await send(`/dashboard?${method === 'GET' ? `${query}&${form}` : query}`, {
          method,
          headers: {
            cookie,
            'sec-fetch-site': 'same-origin',
            'content-type': 'application/x-www-form-urlencoded',
          },
          body: form,
        });
        if (answer.status !== 500 || !answer.text.includes('"code":"USAGE"')) expectAnswered(answer);
        expectInert(answer);
      },
    );
  }),
};

/** What was asked for stands in a page as text only. */
function expectInert({ headers, text }: Answer): void {
  if (!(headers.get('content-type') ?? '').startsWith('text/html')) return;
  if (/<script>alert|<img src=x|<svg onload| onmouseover='alert/.test(text))
    throw new Error(`What was asked for became markup: ${text.slice(0, 400)}`);
  if (/unsafe-inline|script-src [^;]*\*/.test(headers.get('content-security-policy') ?? 'unsafe-inline'))
    throw new Error('The page may run what is written in it.');
}

/** The functions of `api/`, called as strangers and as those who may call them. */
export const functionSurfaces: readonly Surface[] = [
  strangers,
  events,
  gate,
  signedWebhooks,
  forgedWebhooks,
  qstashCalls,
  dashboard,
];
