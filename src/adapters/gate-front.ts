import type { OpenDatabase } from '../databases/index.ts';
import { postTo } from '../deployment-address.ts';
import { createEnv, type EnvSource } from '../env/index.ts';
import { isSkeneError, problemResponse } from '../errors/index.ts';
import { type Ask, createGate, type Gate, type Take, type UsageRow } from '../gate/index.ts';
import type { Deployment } from '../plan/index.ts';
import { afterAnswer } from '../server/after-answer.ts';
import { alreadyCounted, nobody, type RefusalPage, refuse } from '../server/gate-answer.ts';
import { usageCharge, usageEntries } from '../server/usage-entries.ts';
import type { KeptTablesWriter } from '../usage/index.ts';
import { type GateRequest, type SubjectOf, subjectIn } from './gate-subject.ts';
import { USUAL_PATH } from './usual-path.ts';

/** As much as the gate needs of what `skene build` wrote. */
export interface GatedApp {
  deployment: Deployment;
  /** Opens the team's database, where usage is written down. Where none can be reached, as at the edge, the functions do it. */
  openDatabase?: OpenDatabase | undefined;
}

/** How the gate stands in an app. */
export interface GateFrontOptions {
  /** Who a request is from. */
  subject: SubjectOf;
  /** Whole units that a request costs; 1 unless told. */
  cost?: number | ((request: Request) => number | Promise<number>) | undefined;
  /** The plan of whoever asks, where the app knows better than Stripe. */
  plan?: ((request: Request) => string | undefined | Promise<string | undefined>) | undefined;
  /** A loop's id: its rules decide, whatever the address. By method and path unless told. */
  loop?: string | undefined;
  /** What becomes of a request that is from nobody: 401 unless told. */
  withoutSubject?: 'refuse' | 'allow' | undefined;
  /** The page for people who are refused, in place of the usual one. */
  page?: RefusalPage | undefined;
  /**
   * The header by which a client says that it repeats a request; what was counted under it is refused with 409 for a day. `false` where the
   * app deals with repeated requests itself: then each is counted.
   */
  idempotencyHeader?: string | false | undefined;
  /** What may go on after the answer; Vercel's own unless told. */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** Where the app mounts the functions, `/api/skene` unless told; a path in SKENE_URL wins. */
  path?: string | undefined;
  /** Where variables come from; `process.env` unless told. */
  variables?: EnvSource | undefined;
  /** Where Redis is asked, and its clock, for tests; the platform's own unless told. */
  fetch?: typeof fetch | undefined;
  now?: (() => number) | undefined;
}

/** What a single route says of itself. */
export type RouteOptions = Pick<GateFrontOptions, 'cost' | 'loop'>;

/** A request's handler, as Next.js, Hono or the Web have one. */
export type GatedHandler<TRequest extends Request, TRest extends unknown[]> = (
  request: TRequest,
  ...rest: TRest
) => Response | Promise<Response>;

/** What whoever calls the gate knows better than the request says. */
export interface Told extends RouteOptions {
  /** Who asks. */
  subject?: string | null | undefined;
  /** The path as it came, where the request does not have it letter by letter. */
  path?: string | undefined;
}

/** How a request has got past the gate, or not. */
export type Entry = { response: Response } | { take: Take };

/** How a request ended: its answer, or its status, or what was thrown. */
export type Outcome = { status: number } | { threw: unknown };

/** The gate of an app. */
export interface GateFront {
  /**
   * Wraps a handler: a request within the limit goes through and is counted; one beyond it is answered here. A handler that throws, or answers
   * 5xx, has its units given back; a client that goes away, or is answered 4xx, has not.
   */
  withGate<TRequest extends Request, TRest extends unknown[]>(
    handler: GatedHandler<TRequest, TRest>,
    route?: RouteOptions,
  ): (request: TRequest, ...rest: TRest) => Promise<Response>;
  /**
   * Answers a request that would be refused, and charges nothing: for whatever cannot see how the request ends.
   * @param subject goes before the gate's own way to find it.
   * @returns nothing when the request may go on.
   */
  refuseBlocked(request: Request, subject?: string | null): Promise<Response | undefined>;
  /** Takes a request's units, or answers it: what the wrappers are made of. */
  enter(request: Request, told?: Told): Promise<Entry>;
  /** Settles what a request was charged, by how it ended. */
  leave(take: Take, request: Request, outcome: Outcome): Promise<void>;
}

/** Counters that are handed to the functions at once. */
const MOST_POSTED = 50;

/**
 * Opens the gate of an app, in the app's own process: a decision is one request to Redis, or none.
 * @param compiled what `skene build` wrote.
 * @example
 * export const { withGate } = openGate(compiled, { subject: { clerk: auth } });
 * export const POST = withGate(async (request) => Response.json(await work(request))); // app/api/features/[name]/route.ts
 */
export function openGate({ deployment, openDatabase }: GatedApp, options: GateFrontOptions): GateFront {
  const { page, withoutSubject = 'refuse', idempotencyHeader = 'idempotency-key' } = options;
  const { waitUntil = afterAnswer } = options;
  const env = createEnv(options.variables, options.path ?? USUAL_PATH);
  let opened: Gate | undefined;

  /** Opened at the first request: a build has no environment. */
  function gate(): Gate {
    opened ??= createGate({
      plans: deployment.plans,
      namespace: env.namespace,
      redis: { ...env.redis, fetch: options.fetch },
      now: options.now,
      onEvents: (events) => post('/events', events),
      onUsage: writeUsage,
      bySql: async (call) => (await (await openTables())?.charge(usageCharge(call))) ?? false,
    });
    return opened;
  }

  async function post(path: string, body: unknown): Promise<void> {
    const to = { url: env.functionsUrl, secret: env.secret, headers: env.bypassHeaders };
    const response = await postTo(path, body, to);
    if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
  }

  let tables: KeptTablesWriter | undefined;

  /** Loaded when first needed, after an answer as a rule: no call waits for a database's client. */
  async function openTables(): Promise<KeptTablesWriter | undefined> {
    if (openDatabase === undefined) return undefined;
    const { createTablesWriter } = await import('../server/tables-writer.ts');
    tables ??= createTablesWriter({ env, deployment, openDatabase, now: options.now ?? Date.now });
    return tables;
  }

  async function writeUsage(rows: readonly UsageRow[]): Promise<void> {
    if (deployment.kept?.usage === undefined) return;
    const entries = usageEntries(rows);
    const writer = await openTables();
    if (writer !== undefined) return writer.usage(entries);
    for (let from = 0; from < entries.length; from += MOST_POSTED)
      await post('/gate', { action: 'record', entries: entries.slice(from, from + MOST_POSTED) });
  }

  async function askOf(request: Request, told: Told): Promise<Ask | Response | undefined> {
    const { subject, loop = options.loop, cost = options.cost, path = pathOf(request) } = told;
    const place = loop === undefined ? { route: { method: request.method, path } } : { loop };
    if (place.route !== undefined && !gate().isGated(place.route)) return undefined;
    const id = subject ?? (await subjectIn(request, options.subject));
    if (id === null || id === undefined || id === '')
      return withoutSubject === 'refuse' ? nobody() : undefined;
    const units = typeof cost === 'function' ? await cost(request) : cost;
    return { ...place, subject: id, cost: units, plan: await options.plan?.(request) };
  }

  async function enter(request: Request, told: Told = {}): Promise<Entry> {
    const ask = await askOf(request, told);
    if (ask instanceof Response) return { response: ask };
    if (ask === undefined) return { take: OPEN };
    const key = idempotencyHeader === false ? null : request.headers.get(idempotencyHeader);
    const taken = await answering(() => gate().take(key === null ? ask : { ...ask, rid: `client:${key}` }));
    if (taken instanceof Response) return { response: taken };
    if (!taken.allowed) {
      waitUntil(gate().settled());
      return { response: await refuse(request, taken, page) };
    }
    return taken.replayed ? { response: alreadyCounted() } : { take: taken };
  }

  async function leave(take: Take, request: Request, outcome: Outcome): Promise<void> {
    const failed = 'threw' in outcome ? !isAnswer(outcome.threw) : outcome.status >= 500;
    if (failed && !request.signal.aborted) await take.undo();
    else take.commit();
    waitUntil(gate().settled());
  }

  return {
    enter,
    leave,
    withGate:
      (handler, route) =>
      async (request, ...rest) => {
        const entry = await enter(request, route);
        if ('response' in entry) return entry.response;
        const { take } = entry;
        try {
          const response = await handler(request, ...rest);
          await leave(take, request, response);
          return withHeaders(response, take.headers);
        } catch (error) {
          await leave(take, request, { threw: error });
          throw error;
        }
      },
    async refuseBlocked(request, subject) {
      const ask = await askOf(request, { subject });
      if (ask === undefined || ask instanceof Response) return ask;
      const decision = await answering(() => gate().refuse(ask));
      if (decision instanceof Response) return decision;
      if (decision.allowed) return undefined;
      waitUntil(gate().settled());
      return refuse(request, decision, page);
    },
  };
}

/** Next.js leaves the path that the app is mounted at out of its own reading. */
function pathOf(request: GateRequest): string {
  return request.nextUrl?.pathname ?? new URL(request.url).pathname;
}

/** For a request that no rule is for. */
const OPEN: Take = {
  allowed: true,
  verdict: 'pass',
  plan: 'free',
  standings: [],
  replayed: false,
  degraded: false,
  headers: {},
  rid: '',
  hold: '',
  commit() {},
  async undo() {},
};

/** What a client sent that cannot be counted is its own fault, and told; the rest is the app's. */
async function answering<T>(work: () => Promise<T>): Promise<T | Response> {
  try {
    return await work();
  } catch (error) {
    if (isSkeneError(error, 'REQUEST_INVALID')) return problemResponse(error);
    throw error;
  }
}

/** Next.js leaves a handler by throwing where it redirects, or answers 404: that is an answer. */
function isAnswer(thrown: unknown): boolean {
  const digest =
    typeof thrown === 'object' && thrown !== null && 'digest' in thrown ? String(thrown.digest) : '';
  return /^NEXT_(?:REDIRECT|NOT_FOUND|HTTP_ERROR_FALLBACK;4)/.test(digest);
}

/** Some answers, such as those of `fetch`, have headers that cannot be written to. */
function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  const entries = Object.entries(headers);
  if (entries.length === 0) return response;
  try {
    for (const [name, value] of entries) response.headers.set(name, value);
    return response;
  } catch {
    const copy = new Response(response.body, response);
    for (const [name, value] of entries) copy.headers.set(name, value);
    return copy;
  }
}
