import { serve } from '@hono/node-server';
import { All, Controller, HttpException, Module, Param, Res } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expressGate, type GateFront, honoGate } from '../../../src/adapters/gate.ts';
import { nestGate } from '../../../src/adapters/nest.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { freemium, openGateIn } from './freemium.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ config: freemium(3) });
});
afterAll(async () => {
  await world.settle();
  await world.close();
});

/** An app behind the gate. Its handler does what the last part of the path says. */
interface App {
  url: string;
  close(): Promise<unknown>;
}

const STATUSES: Record<string, number> = { ok: 200, wrong: 400, missing: 404, broken: 500, away: 503 };
const portOf = (server: { address(): unknown }): number => (server.address() as { port: number }).port;

async function webApp({ withGate }: GateFront): Promise<App> {
  const handler = withGate(async (request) => {
    const does = new URL(request.url).pathname.split('/').at(-1) ?? '';
    if (does === 'throws') throw new Error('The handler failed.');
    return Response.json({ does }, { status: STATUSES[does] ?? 200 });
  });
  const fetch = (request: Request) => handler(request).catch(() => new Response('failed', { status: 500 }));
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  return close(server);
}

async function honoApp(front: GateFront): Promise<App> {
  const app = new Hono();
  app.use('/api/features/*', honoGate(front));
  app.all('/api/features/:does', (context) => {
    const does = context.req.param('does');
    if (does === 'throws') throw new Error('The handler failed.');
    return Response.json({ does }, { status: STATUSES[does] ?? 200 });
  });
  app.onError((_, context) => context.text('failed', 500));
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  return close(server);
}

async function expressApp(front: GateFront): Promise<App> {
  // The application that NestJS makes of the real Express, as its own types are not at hand.
  const app = new ExpressAdapter();
  app.use(expressGate(front));
  app.all('/api/features/:does', (request: { params: { does: string } }, response: JsonResponse) => {
    const { does } = request.params;
    if (does === 'throws') throw new Error('The handler failed.');
    response.status(STATUSES[does] ?? 200).json({ does });
  });
  app.initHttpServer({});
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  return close(app.getHttpServer());
}

interface JsonResponse {
  status(code: number): { json(body: unknown): void };
}

async function nestApp(front: GateFront): Promise<App> {
  class Features {
    run(does: string, response: { status(code: number): void }): unknown {
      if (does === 'throws') throw new Error('The handler failed.');
      const status = STATUSES[does] ?? 200;
      if (status >= 400) throw new HttpException({ does }, status);
      response.status(status);
      return { does };
    }
  }
  Controller('api/features')(Features);
  All(':does')(Features.prototype, 'run', Object.getOwnPropertyDescriptor(Features.prototype, 'run') ?? {});
  Param('does')(Features.prototype, 'run', 0);
  Res({ passthrough: true })(Features.prototype, 'run', 1);
  const { guard, interceptor } = nestGate(front);
  class AppModule {}
  Module({
    controllers: [Features],
    providers: [
      { provide: APP_GUARD, useValue: guard },
      { provide: APP_INTERCEPTOR, useValue: interceptor },
    ],
  })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  return close(app.getHttpServer());
}

function close(server: {
  address(): unknown;
  close(done: () => void): unknown;
  closeAllConnections?: () => void;
}): App {
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections?.();
      }),
  };
}

let people = 0;

describe.each([
  ['a Web handler', webApp],
  ['Hono', honoApp],
  ['Express', expressApp],
  ['NestJS', nestApp],
])('%s', (_, start) => {
  let app: App;
  let user: string;
  const call = (does = 'ok', headers: Record<string, string> = {}, method = 'POST') =>
    fetch(`${app.url}/api/features/${does}`, { method, headers: { 'x-user': user, ...headers } });

  beforeEach(async () => {
    user = `user-${++people}`;
    app = await start(openGateIn(world, freemium(3)));
  });
  afterEach(() => app.close());

  it('lets the limit through and answers the rest with a problem, saying where the client stands', async () => {
    const answers = [await call(), await call(), await call(), await call()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 402]);
    expect(answers.map(({ headers }) => headers.get('ratelimit'))).toEqual([
      '"freemium/step-1";r=2;t=2592000',
      '"freemium/step-1";r=1;t=2592000',
      '"freemium/step-1";r=0;t=2592000',
      '"freemium/step-1";r=0;t=2592000',
    ]);
    const [refused] = answers.slice(3);
    expect(refused?.headers.get('ratelimit-policy')).toBe('"freemium/step-1";q=3;w=2592000');
    expect(refused?.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(refused?.headers.get('cache-control')).toBe('no-store');
    expect(await refused?.json()).toEqual({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Limit reached',
      status: 402,
      detail: "You've reached your free tier limit. Upgrade to continue.",
      feature: 'freemium',
      plan: 'free',
      used: 3,
      limit: 3,
      resetAt: new Date(world.stack.clock.now() + 30 * 86_400_000).toISOString(),
      upgradeUrl: 'https://example.com/upgrade',
    });
  });

  it.each(['throws', 'broken', 'away'])(
    'gives back what a handler that ends in "%s" was charged',
    async (does) => {
      for (const _ of [1, 2, 3, 4]) expect((await call(does)).status).toBeGreaterThanOrEqual(500);
      await expect.poll(async () => standing(await peek(user)), { timeout: 5_000 }).toBe('0');
      expect((await call()).status).toBe(200);
    },
  );

  it.each(['wrong', 'missing'])('charges for a call that is answered "%s"', async (does) => {
    for (const _ of [1, 2, 3]) expect((await call(does)).status).toBe(STATUSES[does]);
    expect((await call(does)).status).toBe(402);
  });

  it('lets nobody through who is nobody, and counts no other method', async () => {
    expect((await call('ok', { 'x-user': '' })).status).toBe(401);
    for (const _ of [1, 2, 3, 4]) expect((await call('ok', {}, 'GET')).status).toBe(200);
  });

  it('refuses a call that is repeated under its key, and charges it once', async () => {
    const key = { 'idempotency-key': 'the same' };
    const answers = [await call('ok', key), await call('ok', key), await call('ok', key)];
    expect(answers.map(({ status }) => status)).toEqual([200, 409, 409]);
    expect(standing(await peek(user))).toBe('1');
    // What failed was not counted: the same key may try again.
    const other = { 'idempotency-key': 'another' };
    expect((await call('broken', other)).status).toBe(500);
    await expect.poll(async () => standing(await peek(user)), { timeout: 5_000 }).toBe('1');
    expect((await call('ok', other)).status).toBe(200);
  });

  it('shows a person a page', async () => {
    for (const _ of [1, 2, 3]) await call();
    const refused = await call('ok', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect(refused.status).toBe(402);
    expect(refused.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await refused.text();
    expect(page).toContain('You&#39;ve reached your free tier limit.');
    expect(page).toContain('href="https://example.com/upgrade"');
    expect(page).toContain('3 of 3 used');
  });
});

/** What another instance of the gate says of somebody, without charging. */
async function peek(user: string): Promise<Response> {
  const entry = await openGateIn(world, freemium(3)).enter(
    new Request('http://app/api/features/ok', { method: 'POST', headers: { 'x-user': user } }),
  );
  if (!('take' in entry)) return entry.response;
  await entry.take.undo();
  return new Response(null, { headers: { ...entry.take.headers } });
}

/** How many units are used, by the header that a further call would get. */
function standing(answer: Response): string {
  const left = /;r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1];
  return String(answer.status === 402 ? 3 : 2 - Number(left));
}
