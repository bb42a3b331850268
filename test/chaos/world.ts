import pg from 'pg';
import { openDatabase } from '../../src/databases/open/any.ts';
import { type Clock, createClock } from '../../src/dev/clock.ts';
import { DEV_REDIS_TOKEN, devVariables } from '../../src/dev/environment.ts';
import { createInbox, type Inbox } from '../../src/dev/inbox/index.ts';
import { listen } from '../../src/dev/listen.ts';
import { createQStash, DEV_TOKEN, type QStash } from '../../src/dev/qstash/index.ts';
import { createRedisServer } from '../../src/dev/redis/index.ts';
import { createDevStripe, type DevStripe } from '../../src/dev/stripe.ts';
import { createEnv, type Env } from '../../src/env/index.ts';
import {
  applyDatabaseSync,
  applyScheduleSync,
  planDatabaseSync,
  planKeptTables,
  planScheduleSync,
} from '../../src/sync/index.ts';
import { createFaultPlan, type FaultPlan, type Rates } from './faults.ts';
import { createHosts, type Host } from './hosts.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { projectOf, TABLES, type Version } from './loops.ts';
import { broken, faulty, type Handler, pause, serve } from './network.ts';

/** Everything that a deployment stands on, with a storm over it. */
export interface ChaosWorld {
  name: string;
  seed: number;
  plan: FaultPlan;
  clock: Clock;
  qstash: QStash;
  inbox: Inbox;
  stripe: DevStripe;
  ledger: Ledger;
  /** The environment through which the suite itself looks at things: nothing goes wrong there. */
  env: Env;
  variables: Record<string, string>;
  sql: (text: string, params?: readonly unknown[]) => Promise<Array<Record<string, unknown>>>;
  deployments: Record<Version, Host['deployment']>;
  /** Deploys a version: processes that are started from now on run it. */
  deploy(version: Version): Promise<void>;
  /** Asks QStash to call for the drain of the outbox. */
  callForDrain(): Promise<void>;
  /** Moves the clock; what is due within `window` ms is done at the same time. */
  advance(ms: number, window?: number): Promise<void>;
  /** How many processes of the functions were started. */
  readonly processes: number;
  /** Waits until nothing is under way. */
  settle(): Promise<void>;
  /** Work that has to be over before anything is settled. */
  background(work: Promise<unknown>): void;
  close(): Promise<void>;
}

export interface WorldOptions {
  seed: number;
  /** Tells worlds of one process apart. */
  name: string;
  /** An empty PostgreSQL database. */
  databaseUrl: string;
  rates: Rates;
  /** Stands before a service, and does not do as it should. */
  tamper?: Tamper | undefined;
}

/** Answers a request to a service in its place, or hands it on, as it is or changed. */
export type Tamper = (service: 'redis' | 'resend', request: Request, handle: Handler) => Promise<Response>;

/** How far the clocks of processes may be off, in ms. */
export const SKEW_MS = 5_000;
/** What is due so close together is done at the same time. */
const WINDOW_MS = 2_000;
const INSTANCES = 2;

export async function createChaosWorld({
  seed,
  name,
  databaseUrl,
  rates,
  tamper = (_, request, handle) => handle(request),
}: WorldOptions): Promise<ChaosWorld> {
  const clock = createClock({ frozen: true });
  const plan = createFaultPlan({ seed, rates, now: clock.now });
  const pending = new Set<Promise<unknown>>();
  function background(work: Promise<unknown>): void {
    const done = work.catch(() => {}).finally(() => pending.delete(done));
    pending.add(done);
  }
  const urlOf = (service: string) => `http://${service}-${name}.chaos`;
  const redis = createRedisServer({ clock, journal: undefined, token: DEV_REDIS_TOKEN });
  const inbox = createInbox({ clock });
  const stripe = createDevStripe({ clock, journal: undefined });
  const stripeServer = await listen(stripeBehind(plan, stripe), { port: 0 });
  const ledger = createLedger(clock.now);
  inbox.onEmail((email) => ledger.email(email));

  const urls = {
    functions: `${urlOf('functions')}/api`,
    qstash: urlOf('qstash'),
    redis: urlOf('redis'),
    inbox: urlOf('resend'),
    database: databaseUrl,
  };
  const variables: Record<string, string> = {
    ...devVariables(urls),
    STRIPE_SECRET_KEY: 'sk_dev',
    STRIPE_API_URL: stripeServer.url,
    SKENE_RESEND_RATE: '1000',
    DATABASE_URL: databaseUrl,
  };
  const env = createEnv(variables);
  const provision = async ({ subject, key }: { subject: string; key: string }) => {
    const answer = await fetch(`${urlOf('partner')}/orders`, {
      method: 'POST',
      body: JSON.stringify({ subject, key }),
    });
    if (!answer.ok) throw new Error(`The partner answered ${answer.status}.`);
  };
  const projects = { v1: projectOf('v1', provision), v2: projectOf('v2', provision) };
  const hosts = createHosts({
    plan,
    variables,
    databaseUrl,
    now: clock.now,
    skewMs: SKEW_MS,
    report: () => {},
  });
  let version: Version = 'v1';
  const running: Array<Promise<Host> | undefined> = [];

  /** The process at a place of the platform; where it has ended, another is started. */
  async function hostAt(index: number): Promise<Host> {
    const known = await running[index];
    if (known !== undefined && !known.life.isOver && known.deployment === projects[version].deployment)
      return known;
    running[index] = hosts.start(projects[version]);
    return running[index];
  }

  const counts = new Map<string, number>();
  async function nameOf(request: Request): Promise<string> {
    const { headers, url } = request;
    const ofRun = headers.has('upstash-workflow-runid')
      ? runNamedIn(await request.clone().text())
      : undefined;
    const key = ofRun ?? headers.get('x-chaos') ?? new URL(url).pathname;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return `${key} #${count}`;
  }

  /** Where QStash, senders and the app reach the functions. */
  const entrance: Handler = async (request) => {
    const place = await nameOf(request);
    const first = Math.floor(plan.roll(`${place} instance`) * INSTANCES);
    const go = async (copy: Request, scope: string, index = first) => {
      ledger.hear(copy.headers.get('x-chaos') ?? '');
      return (await hostAt(index)).handle(copy, scope);
    };
    const fault = plan.delivery(place);
    switch (fault) {
      case 'refused':
        throw broken('ECONNREFUSED');
      case 'answer lost':
        await go(request, place);
        throw broken('ECONNRESET');
      case 'gateway timeout':
        background(go(request, place));
        return new Response('FUNCTION_INVOCATION_TIMEOUT', { status: 504 });
      case 'twice at once': {
        const [, answer] = await Promise.allSettled([
          go(request.clone(), place),
          go(request, `${place} twice`, 1 - first),
        ]);
        if (answer.status === 'rejected') throw answer.reason;
        return answer.value;
      }
      case 'again later': {
        const copy = request.clone();
        const afterMs = Math.round(plan.roll(`${place} later`) * 1_800_000);
        clock.at(clock.now() + afterMs, () => background(go(copy, `${place} again`)));
        return go(request, place);
      }
      default:
        return go(request, place);
    }
  };

  const around = { plan, background };
  const qstash = createQStash({
    // Deliveries that are due together are made together: the world waits for them, not the clock.
    clock: { ...clock, settleWith: () => {} },
    journal: undefined,
    url: urls.qstash,
    fetch: entrance,
  });
  const ends = [
    serve(
      new URL(urls.redis).host,
      faulty('redis', (request) => tamper('redis', request, (one) => redis.handle(one)), around),
    ),
    serve(
      new URL(urls.qstash).host,
      faulty('qstash', (request) => ledger.watchTriggers(request, (one) => qstash.handle(one)), around),
    ),
    serve(
      new URL(urls.inbox).host,
      faulty('resend', (request) => tamper('resend', request, (one) => inbox.handle(one)), around),
    ),
    serve(
      new URL(urlOf('partner')).host,
      faulty('partner', (request) => ledger.partner(request), around),
    ),
    serve(new URL(urls.functions).host, faulty('functions', entrance, around)),
  ];

  const database = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  database.on('error', () => {});
  const sql = async (text: string, params: readonly unknown[] = []) =>
    (await database.query(text, [...params])).rows;
  await sql(TABLES);
  const direct = await openDatabase({ url: databaseUrl });
  await applyDatabaseSync(direct, await planDatabaseSync(direct, projects.v1.deployment.watches));
  await applyDatabaseSync(direct, await planKeptTables(direct, projects.v1.deployment.kept));
  await direct.close();
  const { deployment } = projects.v1;
  await applyScheduleSync(env, await planScheduleSync(env, { ...deployment, watches: [] }));

  async function settle(): Promise<void> {
    do {
      await qstash.idle();
      await Promise.all(pending);
      await pause(0);
    } while (pending.size > 0);
    await qstash.idle();
  }

  return {
    name,
    seed,
    plan,
    clock,
    qstash,
    inbox,
    stripe,
    ledger,
    env,
    variables,
    sql,
    deployments: { v1: projects.v1.deployment, v2: projects.v2.deployment },
    background,
    settle,
    get processes() {
      return hosts.started;
    },
    async deploy(next) {
      version = next;
    },
    async callForDrain() {
      await fetch(`${urls.qstash}/v2/publish/${urls.functions}/schedules/drain`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${DEV_TOKEN}`,
          'upstash-retries': '3',
          'upstash-retry-delay': '5000',
        },
      });
    },
    async advance(ms, window = WINDOW_MS) {
      const target = clock.now() + ms;
      await settle();
      for (let next = clock.next(); next !== undefined && next <= target; next = clock.next()) {
        await clock.advance(Math.min(next + window, target) - clock.now());
        await settle();
      }
      await clock.advance(target - clock.now());
      await settle();
    },
    async close() {
      clock.stop();
      qstash.close();
      hosts.endAll();
      for (const end of ends) end();
      await stripeServer.close();
      redis.close();
      inbox.close();
      stripe.close();
      await database.end();
    },
  };
}

/** The run that a delivery is about, as its payload says: the same when QStash goes on with it under another id. */
function runNamedIn(body: string): string | undefined {
  const found = JSON.parse(body) as [{ body: string }] | { sourceBody: string; workflowRunId: string };
  const payload = Array.isArray(found) ? found[0].body : found.sourceBody;
  return (JSON.parse(Buffer.from(payload, 'base64').toString()) as { runId?: string }).runId;
}

/** Stripe's client opens sockets of its own: what goes wrong is done on them. */
function stripeBehind(plan: FaultPlan, stripe: DevStripe): Handler {
  const counts = new Map<string, number>();
  return async (request) => {
    const customer = new URL(request.url).searchParams.get('customer') ?? '';
    const count = (counts.get(customer) ?? 0) + 1;
    counts.set(customer, count);
    const fault = plan.call('stripe', `${customer} #${count}`);
    if (fault === undefined) return stripe.handle(request);
    if (fault.includes('5xx')) return Response.json({ error: { type: 'api_error' } }, { status: 503 });
    if (fault === 'rate limited') return Response.json({ error: { type: 'rate_limit' } }, { status: 429 });
    return new Response(new ReadableStream({ start: (stream) => stream.error(new Error('cut')) }));
  };
}
