import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expressGate, type GateFront, type GateFrontOptions } from '../../../src/adapters/gate.ts';
import { nextGate } from '../../../src/adapters/next.ts';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { freemium, gateOptionsIn, openGateIn } from './freemium.ts';

const loop = freemium(3);
let world: World;
beforeAll(async () => {
  world = await createWorld({ config: loop });
});
afterAll(async () => {
  await world.settle();
  await world.close();
});

let people = 0;
let user: string;
beforeEach(() => {
  user = `user-${++people}`;
});

const requestTo = (path = '/api/features/x', init: RequestInit = {}) =>
  new Request(`https://app.example${path}`, { method: 'POST', headers: { 'x-user': user }, ...init });
const open = (options: Partial<GateFrontOptions> = {}) => openGateIn(world, loop, options);
const ok = () => Response.json({});

/** How many calls are left, as another instance of the gate says. */
async function left(front: GateFront = open()): Promise<number> {
  const entry = await front.enter(requestTo());
  if (!('take' in entry)) return 0;
  await entry.take.undo();
  return Number(/;r=(\d+)/.exec(entry.take.headers.RateLimit ?? '')?.[1]) + 1;
}

describe('a call', () => {
  it('whose client has gone away is charged, whatever the handler made of that', async () => {
    const { withGate } = open();
    const gone = new AbortController();
    const failing = withGate(async () => {
      gone.abort();
      throw new DOMException('The client went away.', 'AbortError');
    });
    await expect(failing(requestTo(undefined, { signal: gone.signal }))).rejects.toThrow('went away');
    expect(await left()).toBe(2);
  });

  it('whose client closes the connection is charged by the middleware too', async () => {
    const gate = expressGate(open());
    let isReached: () => void = () => {};
    const reached = new Promise<void>((resolve) => {
      isReached = resolve;
    });
    const server = createServer((request, response) => {
      // Never answered: only the client ends this.
      void gate(request, response, () => isReached());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const gone = new AbortController();
    const { port } = server.address() as AddressInfo;
    const answer = fetch(`http://127.0.0.1:${port}/api/features/x`, {
      method: 'POST',
      headers: { 'x-user': user },
      signal: gone.signal,
    });
    await reached;
    gone.abort();
    await expect(answer).rejects.toThrow();
    expect(await left()).toBe(2);
    server.closeAllConnections();
    server.close();
  });

  it.each(['NEXT_REDIRECT;replace;/login;307;', 'NEXT_HTTP_ERROR_FALLBACK;404'])(
    'that Next.js ends by throwing "%s" is charged: that is an answer',
    async (digest) => {
      const { withGate } = open();
      const handler = withGate(() => {
        throw Object.assign(new Error('Next.js'), { digest });
      });
      await expect(handler(requestTo())).rejects.toThrow('Next.js');
      expect(await left()).toBe(2);
    },
  );

  it('costs what its route says', async () => {
    const { withGate } = open({ cost: 2 });
    expect((await withGate(ok)(requestTo())).status).toBe(200);
    expect((await withGate(ok)(requestTo())).status).toBe(402);
    expect((await withGate(ok, { cost: async () => 1 })(requestTo())).status).toBe(200);
    expect((await withGate(ok, { cost: 0 })(requestTo())).status).toBe(400);
    expect(await left()).toBe(0);
  });

  it('of a route behind a rewrite is counted by the loop that the route names', async () => {
    const { withGate } = open();
    expect((await withGate(ok)(requestTo('/rewritten'))).headers.get('ratelimit')).toBeNull();
    const named = await withGate(ok, { loop: 'freemium' })(requestTo('/rewritten'));
    expect(named.headers.get('ratelimit')).toContain(';r=2;');
  });

  it.each([
    '/api/features/x/../y',
    '//api/features/x',
    '/API/features/x',
    '/api/features/x/',
    '/api%2Ffeatures/x',
  ])('is counted however its path is spelled: %s', async (path) => {
    const answer = await open().withGate(ok)(requestTo(path));
    expect(answer.headers.get('ratelimit')).toContain(';r=2;');
  });

  it('is let through with headers that could not be written to', async () => {
    const server = createServer((_, response) => response.end('from elsewhere'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await open().withGate(() => fetch(`http://127.0.0.1:${port}`))(requestTo());
    expect([await answer.text(), answer.headers.get('ratelimit')]).toEqual([
      'from elsewhere',
      expect.stringContaining(';r=2;'),
    ]);
    server.close();
  });
});

describe('who asks', () => {
  const asked = async (subject: GateFrontOptions['subject']) =>
    (await open({ subject }).withGate(ok)(requestTo())).status;

  it("is said by Clerk's auth, NextAuth's, a header or a function", async () => {
    expect(await asked({ clerk: async () => ({ userId: user }) })).toBe(200);
    expect(await asked({ nextauth: async () => ({ user: { id: user } }) })).toBe(200);
    expect(await asked(() => user)).toBe(200);
    expect(await asked({ header: 'x-user' })).toBe(402);
  });

  it('is nobody where nobody is signed in, who is refused unless the app says otherwise', async () => {
    expect(await asked({ clerk: async () => ({ userId: null }) })).toBe(401);
    expect(await asked({ nextauth: async () => null })).toBe(401);
    expect(await asked({ header: 'x-other' })).toBe(401);
    const open = openGateIn(world, loop, { subject: () => undefined, withoutSubject: 'allow' });
    expect((await open.withGate(ok)(requestTo())).headers.get('ratelimit')).toBeNull();
  });
});

describe('nextGate', () => {
  const app = () =>
    nextGate(
      { deployment: compileConfig(resolveConfig(loop)) },
      { ...gateOptionsIn(world), subject: { header: 'x-user' } },
    );

  it('has a proxy that turns away who is blocked, charges nobody, and reads the path that Next.js gives', async () => {
    const { withGate, proxy, refuseBlocked } = app();
    for (const _ of [1, 2, 3, 4]) expect(await proxy(requestTo())).toBeUndefined();
    expect(await left()).toBe(3);
    for (const _ of [1, 2, 3]) expect((await withGate(ok)(requestTo())).status).toBe(200);
    expect((await app().proxy(requestTo()))?.status).toBe(402);
    expect((await app().refuseBlocked(requestTo('/api/features/x', { headers: {} }), user))?.status).toBe(
      402,
    );
    expect(await refuseBlocked(requestTo('/elsewhere'))).toBeUndefined();
    const mounted = Object.assign(requestTo('/shop/api/features/x'), {
      nextUrl: { pathname: '/api/features/x' },
    });
    expect((await proxy(mounted))?.status).toBe(402);
  });

  it('opens while a build has no environment', () => {
    const gate = nextGate(
      { deployment: compileConfig(resolveConfig(loop)) },
      { subject: () => 'x', variables: {} },
    );
    expect(gate.withGate(ok)).toBeTypeOf('function');
  });
});

it('a page of the app stands in the place of the usual one', async () => {
  const html = { headers: { 'x-user': user, accept: 'text/html' } };
  const page = ({ used, limit }: { used?: number | undefined; limit?: number | undefined }) =>
    `<p>${used} of ${limit}</p>`;
  const { withGate } = open({ page });
  for (const _ of [1, 2, 3]) await withGate(ok)(requestTo());
  const refused = await withGate(ok)(requestTo(undefined, html));
  expect([refused.status, await refused.text()]).toEqual([402, '<p>3 of 3</p>']);
  const other = open({ page: () => Response.redirect('https://app.example/pricing', 303) });
  expect((await other.withGate(ok)(requestTo(undefined, html))).status).toBe(303);
});
