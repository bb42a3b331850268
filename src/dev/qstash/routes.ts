import { Hono } from 'hono';

import { publishBatch, readBatch } from './batch.ts';
import { toContent } from './content.ts';
import {
  cancelFailureFunction,
  deleteDeadLetter,
  deleteDeadLetters,
  getDeadLetter,
  listDeadLetters,
  retryDeadLetter,
  retryDeadLetters,
  retryFailureFunction,
  reviveRun,
  reviveRuns,
} from './dead-letters.ts';
import type { Engine } from './engine.ts';
import { readFaultRule } from './faults.ts';
import { flowRoutes } from './flow-routes.ts';
import { createId } from './identifiers.ts';
import { cancelMessage, cancelMessages, getMessage } from './messages.ts';
import { notAvailable, RequestError } from './request-error.ts';
import { pauseSchedule, removeSchedule, requireSchedule, viewSchedule } from './schedules.ts';
import { listRuns } from './workflow/run-log.ts';
import { cancelRuns, finishRun, rawSteps } from './workflow/runs.ts';
import { trigger } from './workflow/trigger.ts';
import { notifyAll, notifyRun, viewWaiter, wait } from './workflow/waiters.ts';

/** Everybody publishes from this machine. */
export const CALLER_IP = '127.0.0.1';

/** Reads a request's body as JSON. Throws a 400. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError(400, 'the body is not JSON');
  }
}

/** Reads a request's body as it is. */
export async function readContent(request: Request) {
  return toContent(Buffer.from(await request.arrayBuffer()));
}

/** The endpoints with plain paths. Those that carry a destination in their path are in `server.ts`. */
export function createRoutes(engine: Engine): Hono {
  const app = new Hono();
  const query = (url: string): URLSearchParams => new URL(url).searchParams;
  publishing(app, engine);
  workflows(app, engine, query);
  messages(app, engine, query);
  deadLetters(app, engine, query);
  schedules(app, engine);
  flowRoutes(app, engine);
  administration(app, engine);
  refusals(app);
  app.notFound((c) => c.json({ error: `${c.req.method} ${c.req.path} not found` }, 404));
  app.onError((error) => {
    throw error;
  });
  return app;
}

type Query = (url: string) => URLSearchParams;

function publishing(app: Hono, engine: Engine): void {
  app.post('/v2/batch', async (c) => {
    const items = readBatch(await readJson(c.req.raw));
    return c.json(publishBatch(engine, items, CALLER_IP));
  });
  app.post('/v2/batch/trigger', async (c) => {
    const items = readBatch(await readJson(c.req.raw));
    const started = items.map(({ destination, ...item }) =>
      trigger(engine, { ...item, url: destination, callerIp: CALLER_IP }),
    );
    return c.json(started, 201);
  });
}

function workflows(app: Hono, engine: Engine, query: Query): void {
  app.post('/v2/wait/:event', async (c) => {
    const body = await readJson(c.req.raw);
    if (typeof body !== 'object' || body === null)
      throw new RequestError(400, 'the body must be a JSON object');
    wait(engine, c.req.param('event'), body as Record<string, unknown>);
    return c.json({});
  });
  app.post('/v2/notify/:event', async (c) =>
    c.json(notifyAll(engine, c.req.param('event'), await readContent(c.req.raw)), 201),
  );
  app.post('/v2/notify/:run/:event', async (c) => {
    const data = await readContent(c.req.raw);
    const out =
      data.data === '' ? undefined : data.base64 ? data.data : Buffer.from(data.data).toString('base64');
    return c.json([notifyRun(engine, c.req.param('run'), { eventId: c.req.param('event'), out })], 201);
  });
  app.get('/v2/waiters/:event', (c) =>
    c.json([...(engine.store.state.waiters.get(c.req.param('event')) ?? [])].map(viewWaiter)),
  );
  app.get('/v2/workflows/runs/:run', (c) => c.json(rawSteps(engine, c.req.param('run'))));
  app.delete('/v2/workflows/runs/:run', async (c) => {
    const cancel = c.req.query('cancel') !== 'false';
    finishRun(engine, c.req.param('run'), { cancel, response: await c.req.text() });
    return c.body(null, 200);
  });
  app.delete('/v2/workflows/runs', (c) => c.json({ cancelled: cancelRuns(engine, query(c.req.url)) }));
  app.get('/v2/workflows/logs', (c) => c.json(listRuns(engine, query(c.req.url))));
  app.get('/v2/workflows/events', (c) => c.json(listRuns(engine, query(c.req.url))));
}

function messages(app: Hono, engine: Engine, query: Query): void {
  app.get('/v2/messages/:id', (c) => c.json(getMessage(engine, c.req.param('id'))));
  app.delete('/v2/messages/:id', (c) => {
    cancelMessage(engine, c.req.param('id'));
    return c.json({ cancelled: 1 });
  });
  app.delete('/v2/messages', (c) => c.json({ cancelled: cancelMessages(engine, query(c.req.url)) }));
  app.get('/v2/events', (c) => c.json(engine.logs.list(query(c.req.url))));
  app.get('/v2/logs', (c) => c.json(engine.logs.list(query(c.req.url))));
}

function deadLetters(app: Hono, engine: Engine, query: Query): void {
  app.get('/v2/dlq', (c) => {
    const source = c.req.query('source') === 'workflow' ? 'workflows' : 'messages';
    return c.json(listDeadLetters(engine, source, query(c.req.url)));
  });
  app.get('/v2/workflows/dlq', (c) => c.json(listDeadLetters(engine, 'workflows', query(c.req.url))));
  app.delete('/v2/dlq', (c) => c.json(deleteDeadLetters(engine, 'messages', query(c.req.url))));
  app.delete('/v2/workflows/dlq', (c) => c.json(deleteDeadLetters(engine, 'workflows', query(c.req.url))));
  for (const base of ['/v2/dlq', '/v2/workflows/dlq']) {
    app.get(`${base}/:id`, (c) => c.json(getDeadLetter(engine, c.req.param('id'))));
    app.delete(`${base}/:id`, (c) => {
      deleteDeadLetter(engine, c.req.param('id'));
      return c.body(null, 200);
    });
  }
  app.post('/v2/dlq/retry', (c) =>
    c.json(retryDeadLetters(engine, query(c.req.url), c.req.raw.headers), 201),
  );
  app.post('/v2/dlq/retry/:id', (c) =>
    c.json(retryDeadLetter(engine, c.req.param('id'), c.req.raw.headers), 201),
  );
  for (const mode of ['resume', 'restart'] as const) {
    app.post(`/v2/workflows/dlq/${mode}`, (c) =>
      c.json(reviveRuns(engine, mode, { query: query(c.req.url), headers: c.req.raw.headers })),
    );
    app.post(`/v2/workflows/dlq/${mode}/:id`, (c) =>
      c.json(reviveRun(engine, mode, { dlqId: c.req.param('id'), headers: c.req.raw.headers })),
    );
  }
  app.post('/v2/workflows/dlq/callback/:id', (c) => c.json(retryFailureFunction(engine, c.req.param('id'))));
  app.delete('/v2/workflows/dlq/callback/:id', (c) => {
    cancelFailureFunction(engine, c.req.param('id'));
    // 302 is what Upstash documents for this one request.
    return c.body(null, 302);
  });
}

function schedules(app: Hono, engine: Engine): void {
  app.get('/v2/schedules', (c) =>
    c.json([...engine.store.state.schedules.values()].map((schedule) => viewSchedule(engine, schedule))),
  );
  app.get('/v2/schedules/:id', (c) =>
    c.json(viewSchedule(engine, requireSchedule(engine, c.req.param('id')))),
  );
  app.delete('/v2/schedules/:id', (c) => {
    removeSchedule(engine, c.req.param('id'));
    return c.body(null, 200);
  });
  for (const [action, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    app.on(['PATCH', 'POST'], `/v2/schedules/:id/${action}`, (c) => {
      pauseSchedule(engine, c.req.param('id'), paused);
      return c.body(null, 200);
    });
  }
}

function administration(app: Hono, engine: Engine): void {
  app.get('/v2/keys', (c) => c.json(engine.store.state.keys));
  app.post('/v2/keys/rotate', (c) => {
    const keys = { current: engine.store.state.keys.next, next: createId('sig') };
    engine.store.commit({ type: 'keys', keys });
    return c.json(keys);
  });
  app.get('/dev/faults', (c) => c.json(engine.faults.list()));
  app.post('/dev/faults', async (c) =>
    c.json(engine.faults.add(readFaultRule(await readJson(c.req.raw))), 201),
  );
  app.delete('/dev/faults/:id?', (c) => {
    engine.faults.clear(c.req.param('id'));
    return c.body(null, 200);
  });
}

/** What QStash has and the local server has not: refused by name, rather than as an unknown path. */
const NOT_AVAILABLE = [
  ['/v2/queues', 'Queues'],
  ['/v2/queues/*', 'Queues'],
  ['/v2/topics', 'URL groups'],
  ['/v2/topics/*', 'URL groups'],
  ['/llm/*', 'Chat completions'],
] as const;

function refusals(app: Hono): void {
  for (const [path, feature] of NOT_AVAILABLE) {
    app.all(path, () => {
      throw notAvailable(feature);
    });
  }
  // The specification has a GET at this path by mistake; rotating must not be a link's side effect.
  app.get('/v2/keys/rotate', () => {
    throw notAvailable('GET requests to rotate keys');
  });
}
