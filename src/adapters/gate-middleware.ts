/** The gate as middleware. Put it before the routes that it guards, and after what says who asks. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Entry, GateFront } from './gate-front.ts';

type MaybeId = string | null | undefined;

/** As much of Hono's context as the middleware needs. */
interface HonoContext {
  req: { raw: Request };
  res: Response;
  header(name: string, value: string): void;
}

/**
 * Middleware for Hono.
 * @param subject who asks, by what other middleware has found out; the gate's own way unless told.
 * @example
 * app.use('/api/features/*', honoGate(gate, (context) => context.get('userId')));
 */
export function honoGate<TContext extends HonoContext>(
  { enter, leave }: GateFront,
  subject?: (context: TContext) => MaybeId,
) {
  return async (context: TContext, next: () => Promise<void>): Promise<Response | undefined> => {
    const request = context.req.raw;
    const entry = await enter(request, { subject: subject?.(context) });
    if ('response' in entry) return entry.response;
    const { take } = entry;
    // Hono has answered what a handler throws when this returns.
    await next();
    for (const [name, value] of Object.entries(take.headers)) context.header(name, value);
    await leave(take, request, context.res);
    return undefined;
  };
}

/** Express rewrites `url` where a router is mounted, and keeps what came. */
export type NodeRequest = IncomingMessage & { originalUrl?: string };

/**
 * Middleware for Express and whatever else takes Node's own request and response. It does not read the body.
 * @param subject who asks, by what other middleware has found out; the gate's own way unless told.
 * @example
 * app.use(expressGate(gate, (request) => request.auth?.userId));
 */
export function expressGate<TRequest extends NodeRequest>(
  front: GateFront,
  subject?: (request: TRequest) => MaybeId,
) {
  return async (
    message: TRequest,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): Promise<void> => {
    try {
      const entry = await enterNode(front, { message, response, subject: subject?.(message) });
      if ('response' in entry) await sendNode(response, entry.response);
      else next();
    } catch (error) {
      next(error);
    }
  };
}

/** A request of Node's and its answer. */
interface NodeExchange {
  message: NodeRequest;
  response: ServerResponse;
  subject: MaybeId;
}

/** Takes a request's units, or answers it; what was charged is settled when the answer is sent, or the client has gone away. */
export async function enterNode(
  front: GateFront,
  { message, response, subject }: NodeExchange,
): Promise<Entry> {
  const left = new AbortController();
  const request = requestOf(message, left.signal);
  const entry = await front.enter(request, { subject, path: pathOf(message) });
  if ('response' in entry) return entry;
  const { take } = entry;
  for (const [name, value] of Object.entries(take.headers)) response.setHeader(name, value);
  response.once('close', () => {
    // Closed before it was ended: the client went away.
    if (!response.writableEnded) left.abort();
    front.leave(take, request, { status: response.statusCode }).catch(() => {});
  });
  return entry;
}

function pathOf({ originalUrl, url = '/' }: NodeRequest): string {
  return (originalUrl ?? url).replace(/[?#].*$/s, '');
}

/** The path of this one is tidied by the platform; the one that came goes beside it. */
function requestOf(message: NodeRequest, signal: AbortSignal): Request {
  const { method = 'GET', originalUrl, url = '/', headers } = message;
  const copied = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value ?? []].flat()) copied.append(name, one);
  }
  // Built by hand: an address such as //host/path is a path here, and must not become a host.
  const address = new URL('http://localhost');
  address.pathname = pathOf(message);
  address.search = (originalUrl ?? url).split(/\?(.*)/s)[1] ?? '';
  return new Request(address, { method, headers: copied, signal });
}

/** Sends an answer of the gate. */
export async function sendNode(response: ServerResponse, answer: Response): Promise<void> {
  response.statusCode = answer.status;
  answer.headers.forEach((value, name) => {
    response.setHeader(name, value);
  });
  response.end(await answer.text());
}
