import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallFault, FaultPlan, Service } from './faults.ts';

/** Answers a request. */
export type Handler = (request: Request) => Promise<Response>;

/** The life of a process of the functions: once it is over, nothing that it was doing goes on. */
export interface Life {
  readonly isOver: boolean;
  end(): void;
  /** Rejects when it is over, as a connection to the process does. */
  readonly over: Promise<never>;
}

/** What is being done for one request, and by which process. */
export interface Scope {
  name: string;
  life: Life;
  /** How many calls it has made. */
  calls: number;
}

const scopes = new AsyncLocalStorage<Scope>();
const handlers = new Map<string, Handler>();
const realFetch = globalThis.fetch;
let isInstalled = false;

/** How long somebody waits for an answer that does not come, in ms; a client that gives up earlier is heard. */
const TIMEOUT_MS = 40;
const LATE_MS = 15;

/** Puts the hosts of the suite in the reach of `fetch`, which all the clients use; any other address is reached as before. */
function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const handler = handlers.get(new URL(url).host);
    return handler === undefined ? realFetch(input, init) : handler(new Request(input, init));
  };
}

/** Answers for a host from now on; returns what ends that. */
export function serve(host: string, handler: Handler): () => void {
  install();
  handlers.set(host, handler);
  return () => void handlers.delete(host);
}

/** Does something on behalf of a request: the calls it makes are named after it, and end with its process. */
export function inScope<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
  return scopes.run(scope, work);
}

/** Whatever goes wrong on the way from the functions to a service. */
export function faulty(
  service: Service,
  handler: Handler,
  { plan, background }: { plan: FaultPlan; background: (work: Promise<unknown>) => void },
): Handler {
  return async (request) => {
    const scope = scopes.getStore();
    // What comes from nobody's function is the suite's own look at things.
    if (scope === undefined) return handler(request);
    if (scope.life.isOver) return never();
    scope.calls += 1;
    const place = `${scope.name} call ${scope.calls}`;
    const fault = plan.call(service, place);
    for (const side of ['before', 'after'])
      plan.pass(`${boundaryOf(scope)}, ${side} call ${scope.calls} (${service})`, fault === `killed ${side}`);
    const answer = await heeding(request.signal, () =>
      happen(fault, { service, request, handler, life: scope.life, background }),
    );
    return scope.life.isOver ? never() : answer;
  };
}

/** What a delivery is of, as far as it is the same for everybody: the loop of a run, or the kind of an event. */
function boundaryOf({ name }: Scope): string {
  return /^wfr_([a-z]+)-/.exec(name)?.[1] ?? name.replace(/[ -]?[\w-]*\d[\w-]*.*| #.*/, '');
}

interface Happening {
  service: Service;
  request: Request;
  handler: Handler;
  life: Life;
  background: (work: Promise<unknown>) => void;
}

async function happen(fault: CallFault | undefined, call: Happening): Promise<Response> {
  const { service, request, handler, life, background } = call;
  // Outside of the caller's scope: it is the service that works now.
  const done = () => scopes.exit(() => handler(request));
  switch (fault) {
    case undefined:
      return done();
    case 'refused':
      throw broken('ECONNREFUSED');
    case 'answered 5xx':
      return refusal(service, 503);
    case 'rate limited':
      return refusal(service, 429);
    case 'done, answered 5xx':
      await done();
      return refusal(service, 502);
    case 'done, reset':
      await done();
      throw broken('ECONNRESET');
    case 'done, answer cut': {
      const answer = await done();
      const text = await answer.text();
      return new Response(text.slice(0, Math.floor(text.length / 2)), answer);
    }
    case 'timed out':
      await pause(TIMEOUT_MS);
      throw broken('UND_ERR_HEADERS_TIMEOUT');
    case 'timed out, done later':
      background(pause(TIMEOUT_MS + LATE_MS).then(done));
      await pause(TIMEOUT_MS);
      throw broken('UND_ERR_HEADERS_TIMEOUT');
    case 'killed before':
      life.end();
      return never();
    case 'killed after':
      await done();
      life.end();
      return never();
  }
}

/** A caller that gives up hears so at once. */
function heeding<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

/** What `fetch` throws when a connection breaks. */
export function broken(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
}

/** As each service says it. */
function refusal(service: Service, status: number): Response {
  const message = `The ${service} was told to answer ${status}.`;
  if (service !== 'resend') return Response.json({ error: message }, { status });
  const name = status === 429 ? 'rate_limit_exceeded' : 'internal_server_error';
  return Response.json(
    { statusCode: status, name, message },
    { status, headers: status === 429 ? { 'retry-after': '1' } : {} },
  );
}

/** The life of a process that begins now. */
export function createLife(onEnd: () => void): Life {
  let isOver = false;
  let end: (error: unknown) => void = () => {};
  const over = new Promise<never>((_, reject) => {
    end = reject;
  });
  over.catch(() => {});
  return {
    get isOver() {
      return isOver;
    },
    end() {
      if (isOver) return;
      isOver = true;
      end(broken('ECONNRESET'));
      onEnd();
    },
    over,
  };
}

/** Of real time: what is done meanwhile is done by others. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const never = (): Promise<never> => new Promise(() => {});
