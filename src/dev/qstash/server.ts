import type { Engine } from './engine.ts';
import { collectHeaders } from './header-group.ts';
import { checkDestination, checkSize, publish } from './publish.ts';
import { notAvailable, RequestError } from './request-error.ts';
import { CALLER_IP, createRoutes, readContent } from './routes.ts';
import { saveSchedule } from './schedules.ts';
import { readSettings } from './settings.ts';
import { receiveHook } from './workflow/hooks.ts';
import { trigger } from './workflow/trigger.ts';

/** Who may do what. */
export interface Access {
  token: string;
  /** Reads only, if there is such a token. */
  readOnlyToken: string | undefined;
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status });
}

/** The path and query of a raw URL, as it was sent: a router would collapse a destination's slashes. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  return start < 0 ? '/' : url.slice(start);
}

const QUERY_TOKEN = /([?&])qstash_token=([^&]*)(&|$)/;

/** Takes a token out of a query, where QStash accepts it too. */
function takeQueryToken(path: string): { path: string; token: string | undefined } {
  const match = QUERY_TOKEN.exec(path);
  if (match === null) return { path, token: undefined };
  const [whole, before, token, after] = match;
  return { path: path.replace(whole, after === '&' ? (before ?? '') : ''), token };
}

function authorize(access: Access, request: Request, queryToken: string | undefined): void {
  const header = request.headers.get('authorization');
  const token = header === null ? queryToken : /^Bearer\s+(.*)$/i.exec(header)?.[1];
  if (token === access.token) return;
  if (access.readOnlyToken === undefined || token !== access.readOnlyToken) {
    throw new RequestError(401, 'unable to authenticate: invalid token');
  }
  if (request.method !== 'GET') throw new RequestError(403, 'this token may only read');
}

const HOOK = /^\/v2\/workflows\/hooks\/([^/?]+)\/([^/?]+)\/([^/?]+)/;
const SCHEDULE_ACTION = /^[A-Za-z0-9._-]+\/(pause|resume)$/;

/** The server's one entry: from a request of a QStash client to its answer. Never rejects; errors are JSON. */
export function createHandler(engine: Engine, access: Access): (request: Request) => Promise<Response> {
  const routes = createRoutes(engine);

  async function answer(request: Request): Promise<Response> {
    const { path, token } = takeQueryToken(pathOf(request.url));
    const hook = HOOK.exec(path);
    if (hook !== null) {
      const [, , runId = '', eventId = ''] = hook;
      await receiveHook(engine, { runId, eventId, request, publicUrl: engine.options.url + path });
      return json(200, {});
    }
    authorize(access, request, token);
    if (request.method === 'POST') {
      for (const [prefix, handle] of destinations) {
        if (path.startsWith(prefix)) {
          const found = await handle(path.slice(prefix.length), request);
          if (found !== undefined) return found;
        }
      }
    }
    return await routes.fetch(request);
  }

  const destinations: Array<
    [string, (destination: string, request: Request) => Promise<Response | undefined>]
  > = [
    ['/v2/publish/', publishTo],
    ['/v2/enqueue/', refuseQueue],
    ['/v2/trigger/', triggerAt],
    ['/v2/schedules/', scheduleTo],
  ];

  async function publishTo(destination: string, request: Request): Promise<Response> {
    const content = await readContent(request);
    const published = publish(engine, {
      destination,
      headers: request.headers,
      content,
      callerIp: CALLER_IP,
    });
    return json(published.deduplicated ? 202 : 200, published);
  }

  async function refuseQueue(): Promise<Response> {
    throw notAvailable('Queues (enqueue)');
  }

  async function triggerAt(url: string, request: Request): Promise<Response> {
    const content = await readContent(request);
    return json(200, trigger(engine, { url, headers: request.headers, content, callerIp: CALLER_IP }));
  }

  async function scheduleTo(destination: string, request: Request): Promise<Response | undefined> {
    if (SCHEDULE_ACTION.test(destination)) return undefined;
    const group = collectHeaders(request.headers);
    const cron = group.get('cron');
    if (cron === undefined) throw new RequestError(400, 'Upstash-Cron is missing');
    if (group.has('queue-name')) throw notAvailable('Queues');
    const content = await readContent(request);
    checkSize(engine, content);
    const scheduleId = saveSchedule(engine, {
      id: group.get('schedule-id'),
      cron,
      url: checkDestination(destination),
      settings: readSettings(group, engine.options.limits),
      content,
      callerIp: CALLER_IP,
    });
    return json(200, { scheduleId });
  }

  return async (request) => {
    if (engine.closed) return json(503, { error: 'the local QStash has been closed' });
    try {
      return await answer(request);
    } catch (error) {
      if (error instanceof RequestError) return json(error.status, { error: error.message });
      return json(500, { error: `the local QStash failed: ${String(error)}` });
    }
  };
}
