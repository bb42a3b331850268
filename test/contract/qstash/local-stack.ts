import type { AddressInfo } from 'node:net';

import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { Client as QStashClient, Receiver } from '@upstash/qstash';
import { Client as WorkflowClient } from '@upstash/workflow';
import { afterEach } from 'vitest';

import { type Clock, createClock } from '../../../src/dev/clock.ts';
import {
  createQStash,
  DEV_SIGNING_KEYS,
  DEV_TOKEN,
  type DeliveryReport,
  type QStash,
  type QStashOptions,
} from '../../../src/dev/qstash/index.ts';

type Handler = (request: Request) => Response | Promise<Response>;

const opened: Array<() => void | Promise<void>> = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** Serves `handler` on a free port of the loopback; closed after the test. */
export async function listen(handler: Handler): Promise<{ url: string; server: ServerType }> {
  const server = createAdaptorServer({ fetch: (request) => handler(request) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  opened.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, server };
}

/** A delivery as an endpoint saw it. */
export interface Seen {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

/** A local QStash behind a socket, an app it delivers to, and the vendors' clients, all fresh. */
export interface LocalStack {
  clock: Clock;
  qstash: QStash;
  url: string;
  /** Where `routes` are served. */
  app: string;
  client: QStashClient;
  workflow: WorkflowClient;
  receiver: Receiver;
  deliveries: DeliveryReport[];
  /** What arrived at the app, in order. */
  seen: Seen[];
  /** Serves `handler` under `path` of the app. */
  route(path: string, handler: Handler): string;
  /** A request to the server as it is, with the token. */
  call(
    method: string,
    path: string,
    init?: { headers?: Record<string, string>; body?: string },
  ): Promise<Response>;
}

/** Opens a stack whose clock stands still at `start`. */
export async function openStack({
  start = Date.parse('2026-03-01T00:00:00Z'),
  ...options
}: Partial<QStashOptions> & { start?: number } = {}): Promise<LocalStack> {
  const clock = options.clock ?? createClock({ frozen: true, start });
  const routes = new Map<string, Handler>();
  const seen: Seen[] = [];
  const deliveries: DeliveryReport[] = [];
  const app = await listen(async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = await request.clone().text();
    seen.push({
      method: request.method,
      path: pathname + search,
      headers: new Headers(request.headers),
      body,
    });
    return (await routes.get(pathname)?.(request)) ?? new Response('no such route', { status: 404 });
  });
  let handle: Handler = () => new Response(null, { status: 503 });
  const { url } = await listen((request) => handle(request));
  const qstash = createQStash({
    journal: undefined,
    ...options,
    clock,
    url,
    onDelivery: (delivery) => deliveries.push(delivery),
  });
  handle = (request) => qstash.handle(request);
  opened.push(() => {
    qstash.close();
    clock.stop();
  });
  const token = options.token ?? DEV_TOKEN;
  return {
    clock,
    qstash,
    url,
    app: app.url,
    client: new QStashClient({ baseUrl: url, token, retry: false, enableTelemetry: false }),
    workflow: new WorkflowClient({ baseUrl: url, token, retry: false, enableTelemetry: false }),
    receiver: new Receiver({
      currentSigningKey: DEV_SIGNING_KEYS.current,
      nextSigningKey: DEV_SIGNING_KEYS.next,
    }),
    deliveries,
    seen,
    route(path, handler) {
      routes.set(path, handler);
      return app.url + path;
    },
    call: (method, path, { headers = {}, body } = {}) =>
      fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
        body: body ?? null,
      }),
  };
}
