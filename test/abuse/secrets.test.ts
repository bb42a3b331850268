import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { createTerminal } from '../../src/cli/terminal.ts';
import { compileConfig } from '../../src/compile/index.ts';
import { resolveConfig } from '../../src/config/index.ts';
import { openDatabase } from '../../src/databases/open/any.ts';
import { builtInTemplates } from '../../src/email/index.ts';
import { createEnv } from '../../src/env/index.ts';
import { sessionCookie } from '../../src/server/dashboard-session.ts';
import { createRouter } from '../../src/server/router.ts';
import { workflows } from '../../workflows/index.ts';
import { withReminder } from '../integration/loops/activation.ts';
import { clerkUser, signClerk, signResend, signStripe, stripeEvent } from '../integration/webhooks/signed.ts';
import { freePort } from '../servers/free-port.ts';

/** In every secret there is a text that stands nowhere else. */
const CANARY = 'c4n4ry';
const secretFor = (name: string) => `${CANARY}-${name}-0123456789abcdef`;

let down: string;
let variables: Record<string, string>;
/** Everything that anybody gets to see. */
let seen: string[];

beforeAll(async () => {
  // Nobody listens: every service fails, which is when secrets get out.
  down = `http://127.0.0.1:${await freePort()}`;
  variables = {
    SKENE_URL: 'https://app.example.com',
    SKENE_SECRET: secretFor('skene'),
    SKENE_FROM: 'Ada <ada@example.com>',
    QSTASH_URL: down,
    QSTASH_TOKEN: secretFor('qstash-token'),
    QSTASH_CURRENT_SIGNING_KEY: secretFor('signing-current'),
    QSTASH_NEXT_SIGNING_KEY: secretFor('signing-next'),
    UPSTASH_REDIS_REST_URL: down,
    UPSTASH_REDIS_REST_TOKEN: secretFor('redis-token'),
    RESEND_API_KEY: secretFor('resend'),
    RESEND_BASE_URL: down,
    RESEND_WEBHOOK_SECRET: `whsec_${Buffer.from(secretFor('resend-webhook')).toString('base64')}`,
    CLERK_WEBHOOK_SIGNING_SECRET: `whsec_${Buffer.from(secretFor('clerk')).toString('base64')}`,
    STRIPE_WEBHOOK_SECRET: secretFor('stripe-webhook'),
    STRIPE_SECRET_KEY: secretFor('stripe'),
    STRIPE_API_URL: down,
    VERCEL_AUTOMATION_BYPASS_SECRET: secretFor('bypass'),
    DATABASE_URL: `postgres://skene:${secretFor('database')}@${new URL(down).host}/app`,
  };
});

beforeEach(() => {
  seen = [];
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((...parts) => {
      // As Node prints an error: with its cause, and whatever else it carries.
      seen.push(
        parts
          .map((part) => (typeof part === 'string' ? part : inspect(part, { depth: 10, showHidden: true })))
          .join(' '),
      );
    });
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => vi.restoreAllMocks());

type Functions = (request: Request) => Promise<Response>;

function deploy(changed: Record<string, string | undefined> = {}): Functions {
  const resolved = resolveConfig(withReminder);
  const sources = {
    deployment: compileConfig(resolved),
    templates: builtInTemplates,
    actions: {},
    workflows,
    openDatabase,
  };
  return createRouter(sources, { env: createEnv({ ...variables, ...changed }) });
}

async function ask(functions: Functions, path: string, init: RequestInit = {}): Promise<Response> {
  const response = await functions(
    new Request(`https://app.example.com/api${path}`, { method: 'POST', ...init }),
  );
  seen.push(
    `${response.status} ${JSON.stringify([...response.headers].filter(([name]) => name !== 'set-cookie'))}`,
    await response.clone().text(),
  );
  return response;
}

function expectNoSecret(): void {
  // A secret that is base64 in its variable is looked for as it stands there, too.
  const forms = [
    CANARY,
    ...Object.values(variables)
      .filter((value) => value.startsWith('whsec_'))
      .map((value) => value.slice(6, 26)),
  ];
  for (const text of seen) for (const form of forms) expect(text).not.toContain(form);
}

/** A request to every function, as strangers make it and as those who may, all at the same time. */
async function askEverything(functions: Functions): Promise<void> {
  const asked: Array<Promise<Response>> = [];
  const send = (path: string, init?: RequestInit) => void asked.push(ask(functions, path, init));
  const bearer = { authorization: `Bearer ${variables.SKENE_SECRET}` };
  const event = JSON.stringify({ id: '1', source: '/s', type: 'a', subject: 'u' });
  const cookie =
    sessionCookie(variables.SKENE_SECRET ?? '', { now: Date.now(), isSecure: true }).split(';')[0] ?? '';
  const own = { cookie, 'sec-fetch-site': 'same-origin' };
  for (const headers of [{}, bearer]) {
    send('/events', { headers, body: event });
    send('/events', { headers, body: '{' });
    send('/gate', {
      headers,
      body: JSON.stringify({ action: 'take', subject: 'u', method: 'GET', path: '/' }),
    });
    send('/webhooks/nextauth', {
      headers,
      body: JSON.stringify({ event: 'signIn', user: { id: 'u' } }),
    });
  }
  send('/health', { method: 'GET' });
  send('/health', { method: 'GET', headers: bearer });
  send('/unsubscribe?token=a.b');
  send('/schedules/drain', { body: '{}', headers: { 'upstash-signature': 'a.b.c' } });
  send('/workflows/v1/activation', { body: '{}', headers: { 'upstash-signature': 'a.b.c' } });
  for (const page of ['loops', 'runs', 'run&id=wfr_1', 'people&id=u', 'export&id=u'])
    send(`/dashboard?page=${page}`, { method: 'GET', headers: own });
  for (const action of ['login', 'erase', 'retry', 'cancel'])
    send(`/dashboard?action=${action}`, {
      headers: own,
      body: new URLSearchParams({ id: 'u', sure: 'yes', secret: 'wrong' }),
    });
  const {
    CLERK_WEBHOOK_SIGNING_SECRET: clerk = '',
    STRIPE_WEBHOOK_SECRET: stripe = '',
    RESEND_WEBHOOK_SECRET: resend = '',
  } = variables;
  const subscription = stripeEvent('evt_1', 'customer.subscription.updated', {
    id: 'sub_1',
    customer: 'cus_1',
  });
  for (const [provider, signed] of [
    ['clerk', signClerk({ type: 'user.created', data: clerkUser('u') }, { secret: clerk })],
    ['clerk', signClerk({}, { secret: 'whsec_b3RoZXI=' })],
    ['stripe', signStripe(subscription, { secret: stripe })],
    ['stripe', signStripe({}, { secret: 'other' })],
    ['resend', signResend({ type: 'email.bounced', data: { to: 'ada@example.com' } }, { secret: resend })],
    ['resend', signResend({}, { secret: 'whsec_b3RoZXI=' })],
  ] as const)
    send(`/webhooks/${provider}`, { headers: signed.headers, body: signed.body });
  await Promise.all(asked);
}

describe('a secret', () => {
  it('is in no answer, page or log while every service is out of reach', async () => {
    await askEverything(deploy());
    expect(seen.length).toBeGreaterThan(50);
    expectNoSecret();
  }, 120_000);

  it('is in none either where a variable is wrong', async () => {
    const wrong: Array<[name: string, value: string]> = [
      ['DATABASE_URL', `not a url ${secretFor('database')}`],
      ['DATABASE_URL', `postgres://u:${secretFor('database')}@[bad`],
      ['UPSTASH_REDIS_REST_URL', `redis://:${secretFor('redis')}@host`],
      ['SKENE_URL', `${secretFor('url')} is none`],
      ['SKENE_SECRET', CANARY],
      ['QSTASH_URL', `ftp://u:${secretFor('qstash')}@host`],
      ['CLERK_WEBHOOK_SIGNING_SECRET', secretFor('no-whsec')],
      ['RESEND_WEBHOOK_SECRET', secretFor('not base64 !')],
      ['UPSTASH_REDIS_REST_TOKEN', `${secretFor('redis')}\n${CANARY}`],
      ['QSTASH_TOKEN', `${secretFor('qstash')}\u0000é`],
      ['RESEND_API_KEY', `${secretFor('resend')}\r\nx`],
    ];
    await Promise.all(wrong.map(([name, value]) => askEverything(deploy({ [name]: value }))));
    expectNoSecret();
  }, 120_000);

  it('is in nothing that the commands print', async () => {
    const print = { write: (text: string) => void seen.push(text) };
    const terminal = createTerminal({ stdout: print, stderr: print, env: { NO_COLOR: '1' } });
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const commands = [
      ['doctor', '--json'],
      ['runs', 'list'],
      ['explain', 'user_1'],
      ['stats'],
      ['sync', '--schedules', '--yes'],
      ['erase', 'user_1', '--yes'],
      ['export', 'user_1'],
      ['doctor'],
    ];
    await Promise.all(
      commands.map((command) =>
        run([...command, '--verbose'], { terminal, version: '0.0.0' }).catch((error: unknown) =>
          seen.push(inspect(error)),
        ),
      ),
    );
    vi.unstubAllEnvs();
    expect(seen.length).toBeGreaterThan(commands.length);
    expectNoSecret();
  }, 120_000);
});
