import { createHash, createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../../src/dev/listen.ts';
import { DEV_SIGNING_KEYS } from '../../../src/dev/qstash/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, createProject, outcomes, signUp } from '../loops/activation.ts';

/** Who may call a function: QStash or another provider by its signature, an app by a secret, anybody, or whoever has a signed link. */
const CALLERS: Record<
  string,
  { caller: 'qstash' | 'provider' | 'secret' | 'session' | 'link' | 'anybody'; path: string }
> = {
  // What is refused of this is in ../dashboard.
  'dashboard.ts': { caller: 'session', path: '/api/dashboard' },
  'events.ts': { caller: 'secret', path: '/api/events' },
  'gate.ts': { caller: 'secret', path: '/api/gate' },
  'health.ts': { caller: 'anybody', path: '/api/health' },
  'schedules/[task].ts': { caller: 'qstash', path: '/api/schedules/drain' },
  'unsubscribe.ts': { caller: 'link', path: '/api/unsubscribe' },
  // What is refused of these is in ../webhooks.
  'webhooks/[provider].ts': { caller: 'provider', path: '/api/webhooks/clerk' },
  'workflows/v1/[type].ts': { caller: 'qstash', path: '/api/workflows/v1/activation' },
};
const calledBy = (caller: string) =>
  Object.values(CALLERS).flatMap((entry) => (entry.caller === caller ? [entry.path] : []));

/** A JWT as QStash makes it, written apart from the local QStash. `age` in seconds. */
function sign(call: { url: string; body?: string; age?: number; key?: string; algorithm?: string }): string {
  const { url, body = '{}', age = 0, key = DEV_SIGNING_KEYS.current, algorithm = 'HS256' } = call;
  const issuedAt = Math.floor(Date.now() / 1000) - age;
  const claims = {
    iss: 'Upstash',
    sub: url,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + 300,
    body: createHash('sha256').update(body).digest('base64url'),
  };
  const parts = [{ alg: algorithm, typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return [...parts, createHmac('sha256', key).update(parts.join('.')).digest('base64url')].join('.');
}

let world: World;
let recorder: Listening;
/** Every call of QStash, as it came. */
let calls: Array<{ url: string; headers: Headers; body: string }>;

beforeEach(async () => {
  calls = [];
  recorder = await listen(
    async (request) => {
      const body = await request.text();
      const { pathname } = new URL(request.url);
      calls.push({ url: `${recorder.url}${pathname}`, headers: request.headers, body });
      return forward({ url: request.url, headers: request.headers, body });
    },
    { port: 0 },
  );
  world = await createWorld({ config: activation, variables: { SKENE_URL: recorder.url } });
});
afterEach(async () => {
  await world.close();
  await recorder.close();
});

function forward({ url, headers, body }: (typeof calls)[number]): Promise<Response> {
  const { pathname } = new URL(url);
  return fetch(`${world.stack.urls.functions}${pathname}`, { method: 'POST', headers, body });
}

it('every function of api/ says who may call it', () => {
  const api = fileURLToPath(new URL('../../../api', import.meta.url));
  const files = readdirSync(api, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  expect(Object.keys(CALLERS).sort()).toEqual(files.sort());
});

describe.each(calledBy('qstash'))('%s', (path) => {
  const here = () => `${recorder.url}${path}`;

  it.each<[string, () => string | undefined]>([
    ['has no signature', () => undefined],
    ['has something else for a signature', () => 'Bearer secret'],
    ['is signed with another key', () => sign({ url: here(), key: 'sig_somebody_else' })],
    ['is signed for another address', () => sign({ url: `${recorder.url}/api/health` })],
    ['is signed for another body', () => sign({ url: here(), body: '{"a":1}' })],
    ['was signed an hour ago', () => sign({ url: here(), age: 3_600 })],
    ['is signed for the future', () => sign({ url: here(), age: -3_600 })],
    ['claims to need no signature', () => sign({ url: here(), algorithm: 'none' }).replace(/[^.]*$/, '')],
    [
      'has the claims of another call',
      () => {
        const [head, , signature] = sign({ url: here() }).split('.');
        return [head, sign({ url: here(), body: '{"a":1}' }).split('.')[1], signature].join('.');
      },
    ],
  ])('refuses a call that %s', async (_, signature) => {
    const token = signature();
    const response = await fetch(`${world.stack.urls.functions}${path}`, {
      method: 'POST',
      body: '{}',
      headers: token === undefined ? {} : { 'upstash-signature': token },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await world.runs()).toEqual([]);
  });

  it('takes the same call when it is signed for it, by either key', async () => {
    for (const key of [DEV_SIGNING_KEYS.current, DEV_SIGNING_KEYS.next]) {
      const headers = { 'upstash-signature': sign({ url: here(), key }) };
      const response = await fetch(`${world.stack.urls.functions}${path}`, {
        method: 'POST',
        body: '{}',
        headers,
      });
      expect(response.status).not.toBe(401);
    }
  });
});

describe.each(calledBy('secret'))('%s', (path) => {
  it.each([
    '',
    'Bearer',
    'Bearer wrong',
    'Basic c2tlbmUtZGV2LXNlY3JldA==',
    'bearer',
    `Bearer ${'x'.repeat(10_000)}`,
  ])('refuses a call with the authorization "%.20s"', async (authorization) => {
    const headers = {
      'content-type': 'application/json',
      ...(authorization === '' ? {} : { authorization }),
    };
    const body = JSON.stringify({ id: '1', source: 'app', type: 'x', subject: '1' });
    const response = await fetch(`${world.stack.urls.functions}${path}`, { method: 'POST', body, headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await world.runs()).toEqual([]);
  });
});

it.each(calledBy('link'))('%s refuses a link without its signature', async (path) => {
  for (const token of ['', 'x', 'WyIxIiwieCIsInkiXQ.', '%00', 'a'.repeat(50_000).slice(0, 8_000)]) {
    const response = await fetch(`${world.stack.urls.functions}${path}?token=${token}`, { method: 'POST' });
    expect(response.status).toBe(401);
  }
});

it('a genuine call that is replayed, at any time, changes nothing', async () => {
  const ada = await signUp(world);
  await world.settle();
  await createProject(world, ada);
  await world.settle();
  const [before, recorded] = [await outcomes(world), [...calls]];
  expect(before).toEqual(['started', 'met', 'sent']);
  expect(recorded).toHaveLength(3);
  for (const call of [...recorded, ...recorded].reverse()) await forward(call);
  await world.settle();
  await world.advance('1h');
  for (const call of recorded) await forward(call);
  await world.settle();

  expect(await outcomes(world)).toEqual(before);
  expect(await world.runs()).toHaveLength(1);
  expect(world.stack.inbox.emails()).toHaveLength(1);
  expect(await world.counts('welcome')).toMatchObject({ sent: 1 });
});
