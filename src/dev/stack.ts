import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../databases/open/any.ts';
import { parseMailbox } from '../email/address.ts';
import type { Env, EnvSource } from '../env/index.ts';
import type { Project } from '../project/index.ts';
import type { WorkflowDefinition } from '../runtime/index.ts';
import { LOCAL_TIME_HEADER } from '../server/local-time.ts';
import { createRouter } from '../server/router.ts';
import { applyScheduleSync, planScheduleSync } from '../sync/index.ts';
import { type Clock, createClock } from './clock.ts';
import { keepClock } from './clock-file.ts';
import { createControls } from './controls.ts';
import { createDatabaseSide, type DatabaseSide } from './database-side.ts';
import { createDevEnv, DEV_REDIS_TOKEN, type DevUrls } from './environment.ts';
import { createHappenings } from './happenings.ts';
import { answerInProcess } from './in-process.ts';
import { createInbox, type Inbox } from './inbox/index.ts';
import { type Listening, listen } from './listen.ts';
import { forThisMachine } from './local-only.ts';
import type { DevLog } from './log.ts';
import { createOutages } from './outages.ts';
import type { PlanetscaleFront } from './planetscale/front.ts';
import { PLANETSCALE_PATH } from './planetscale/path.ts';
import { createPlayground, placesOf } from './playground/index.ts';
import type { StackPorts } from './ports.ts';
import { createPortsFile } from './ports-file.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './postgres/index.ts';
import { createQStash, type QStash } from './qstash/index.ts';
import { createRedisServer, type RedisServer } from './redis/index.ts';
import { createDevStripe, type DevStripe } from './stripe.ts';

/** How the local stack is started. */
export interface StackOptions {
  /** Where the state is kept; in memory when absent. */
  stateDir?: string | undefined;
  /** Drops the state that was kept. */
  fresh?: boolean;
  /** The team's own database instead of the embedded one. */
  databaseUrl?: string | undefined;
  ports: StackPorts;
  project: Project;
  workflows: Readonly<Record<string, WorkflowDefinition>>;
  log: (clock: Clock) => DevLog;
  /** Time stands still until it is moved (for tests). */
  frozen?: boolean;
  /** When a clock that stands still begins, ms since the epoch; now unless told. */
  startAt?: number | undefined;
  /** Variables that the functions find beside, or in place of, the stack's own. */
  variables?: EnvSource | undefined;
}

/** The local stack, running. */
export interface Stack {
  urls: DevUrls;
  env: Env;
  clock: Clock;
  qstash: QStash;
  redis: RedisServer;
  inbox: Inbox;
  stripe: DevStripe;
  postgres: EmbeddedPostgres | undefined;
  database: DatabaseSide;
  /** Serves a changed project from now on; runs under way finish by the definition they carry. */
  use(project: Project): Promise<void>;
  /** Says on the pages of the stack why what was saved last is not served. */
  refuse(reason: string): void;
  close(): Promise<void>;
}

/** The local stack has the domain of its sender verified. */
const domainOf = (from = ''): string[] => [parseMailbox(from)?.address.split('@').at(-1) ?? 'example.com'];

type Handler = (request: Request) => Promise<Response>;

/** Starts everything a deployment stands on, in this process, on loopback. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { stateDir, ports, workflows } = options;
  if (options.fresh && stateDir !== undefined) rmSync(stateDir, { recursive: true, force: true });
  const fileOf = (name: string) => (stateDir === undefined ? undefined : join(stateDir, name));
  const clock = keepClock(
    createClock({
      frozen: options.frozen ?? false,
      ...(options.startAt === undefined ? {} : { start: options.startAt }),
    }),
    fileOf('clock.json'),
  );
  const happenings = createHappenings(clock);
  const log = happenings.listenTo(options.log(clock));
  const outages = createOutages();

  const isRedis = options.project.deployment.database.provider === 'upstash-redis';
  const postgres =
    options.databaseUrl === undefined && !isRedis
      ? await startEmbeddedPostgres({ dataDir: fileOf('postgres'), port: ports.postgres, now: clock.now })
      : undefined;
  const portsFile = createPortsFile(fileOf('ports.json'));
  const sockets = await openSockets((name) => portsFile.first(name, ports[name]));
  portsFile.keep(
    { ...ports },
    Object.fromEntries(Object.entries(sockets).map(([name, { port }]) => [name, port])),
  );
  const planetscale = await openPlanetscaleFront(options);
  const urls: DevUrls = {
    functions: sockets.functions.url,
    qstash: sockets.qstash.url,
    redis: sockets.redis.url,
    inbox: sockets.inbox.url,
    database: options.databaseUrl ?? postgres?.url ?? (isRedis ? localRedisAddress(sockets.redis.url) : ''),
    neon: postgres === undefined ? undefined : `${sockets.functions.url}/dev/neon`,
    planetscale:
      options.project.deployment.database.provider === 'planetscale'
        ? planetscale && withCredentials(sockets.functions.url, new URL(options.databaseUrl ?? ''))
        : undefined,
  };
  const env = createDevEnv(urls, options.project.deployment.database.urlVariable, options.variables);

  const redis = createRedisServer({ clock, journal: fileOf('redis.jsonl'), token: DEV_REDIS_TOKEN });
  const inbox = createInbox({
    clock,
    journal: fileOf('inbox.jsonl'),
    domains: () => domainOf(env.from ?? options.project.deployment.email.from),
    places: placesOf(urls),
  });
  inbox.onEmail((email) =>
    log.email({ to: email.to.join(', '), subject: email.subject, url: `${urls.inbox}/${email.id}` }),
  );
  sockets.redis.serve(forThisMachine(outages.before('redis', (request) => redis.handle(request))));
  sockets.inbox.serve(forThisMachine((request) => inbox.handle(request), { pages: true }));

  let served = options.project;
  let unserved: string | undefined;
  let functions: Handler = async () => new Response(null, { status: 503 });
  const hostOptions = { env, now: clock.now, report: log.report };
  const stripe = createDevStripe({ clock, journal: fileOf('stripe.jsonl') });
  const playground = createPlayground({
    urls,
    clock,
    env,
    inbox,
    redis,
    stripe,
    outages,
    happenings,
    qstash: () => qstash,
    project: () => served,
    unserved: () => unserved,
    database: () => database.connection(),
    settle: async () => {
      await database.drain();
      await qstash.idle();
    },
  });
  const controls = createControls({ clock, postgres, stripe, playground: playground.handle });
  const billing = outages.before('stripe', async (request) => stripe.handle(request));
  const called = outages.around((request) => functions(request));
  const entrance: Handler = async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/dev/')) return controls(request);
    if (pathname.startsWith('/v1/')) return billing(request);
    return planetscale !== undefined && pathname.startsWith(PLANETSCALE_PATH)
      ? planetscale.handle(request)
      : called(request);
  };
  sockets.functions.serve(entrance);

  const database = createDatabaseSide({
    ...hostOptions,
    url: urls.database,
    settings: options.project.deployment.database,
    log,
  });
  async function use(project: Project): Promise<void> {
    served = project;
    unserved = undefined;
    functions = createRouter(
      {
        ...project,
        workflows,
        openDatabase: async (address) => outages.beforeDatabase(await openDatabase(address)),
      },
      { ...hostOptions, places: placesOf(urls).slice(1) },
    );
    await database.use(project.deployment);
  }
  await use(options.project);

  const qstash = createQStash({
    clock,
    journal: fileOf('qstash.jsonl'),
    url: urls.qstash,
    onDelivery: happenings.onDelivery,
    fetch(request) {
      if (request.url.startsWith(`${urls.functions}/`)) return entrance(request);
      if (request.url.startsWith(`${env.functionsUrl}/`))
        request.headers.set(LOCAL_TIME_HEADER, String(clock.now()));
      return fetch(request);
    },
  });
  sockets.qstash.serve(forThisMachine((request) => qstash.handle(request)));
  // A test may put something before the queue, for the functions alone.
  const direct = createDevEnv(urls, options.project.deployment.database.urlVariable, {
    ...options.variables,
    QSTASH_URL: urls.qstash,
  });
  await registerTicks(direct, options.project);
  await database.start();

  return {
    urls,
    env,
    clock,
    qstash,
    redis,
    inbox,
    stripe,
    postgres,
    database,
    use: async (project) => {
      await use(project);
      await registerTicks(direct, project);
    },
    refuse(reason) {
      unserved = reason;
      happenings.add({ kind: 'problem', text: reason });
    },
    close: async () => {
      clock.stop();
      await database.close();
      qstash.close();
      await Promise.all(Object.values(sockets).map((socket) => socket.close()));
      await playground.close();
      redis.close();
      inbox.close();
      stripe.close();
      await postgres?.close();
      await planetscale?.close();
    },
  };
}

/** Brings the schedules of loops into step with the project. The database is listened to here, so that none drains it. */
async function registerTicks(env: Env, { deployment }: Project): Promise<void> {
  const actions = await planScheduleSync(env, { ...deployment, watches: [] });
  if (actions.some(({ action }) => action !== 'keep')) await applyScheduleSync(env, actions);
}

/** Before a MySQL at hand stands PlanetScale's protocol, unless the loops say that it is not meant: for them, or for the app alone. */
async function openPlanetscaleFront({
  databaseUrl = '',
  project,
}: StackOptions): Promise<PlanetscaleFront | undefined> {
  const { provider = 'planetscale' } = project.deployment.database;
  if (provider !== 'planetscale' || !/^mysql:/.test(databaseUrl)) return undefined;
  const { createPlanetscaleFront } = await import('./planetscale/front.ts');
  return createPlanetscaleFront(databaseUrl);
}

/** The local Redis as the application's database: beside the state, whose keys begin with `skene:`. */
function localRedisAddress(url: string): string {
  return Object.assign(new URL(url), { password: DEV_REDIS_TOKEN }).href;
}

function withCredentials(url: string, { username, password }: URL): string {
  return Object.assign(new URL(url), { username, password }).href;
}

interface Socket extends Listening {
  serve(handler: Handler): void;
}

type SocketName = 'functions' | 'qstash' | 'redis' | 'inbox';

/** What a run calls several times, and what never redirects. */
const CALLED_BY_FUNCTIONS: ReadonlySet<SocketName> = new Set<SocketName>(['qstash', 'redis']);

/** Takes the ports before anything is behind them: each part has to know the others' addresses. */
async function openSockets(portOf: (name: SocketName) => number): Promise<Record<SocketName, Socket>> {
  async function open(name: SocketName): Promise<Socket> {
    const ready: { handler?: Handler; wake?: () => void; leave?: () => void } = {};
    const isReady = new Promise<void>((resolve) => {
      ready.wake = resolve;
    });
    const listening = await listen(
      async (request) => {
        await isReady;
        return ready.handler === undefined ? new Response(null, { status: 503 }) : ready.handler(request);
      },
      { port: portOf(name) },
    );
    return {
      ...listening,
      serve(handler) {
        ready.handler = handler;
        ready.wake?.();
        if (CALLED_BY_FUNCTIONS.has(name)) ready.leave = answerInProcess(listening.url, handler);
      },
      close() {
        ready.leave?.();
        return listening.close();
      },
    };
  }
  return {
    functions: await open('functions'),
    qstash: await open('qstash'),
    redis: await open('redis'),
    inbox: await open('inbox'),
  };
}
