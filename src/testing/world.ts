import { workflows } from '../../workflows/index.ts';
import { compileConfig } from '../compile/index.ts';
import { type ConfigInput, type LoopInput, parseDuration, resolveConfig } from '../config/index.ts';
import {
  DEV_SECRET,
  type DevLog,
  type Stack,
  type StackOptions,
  type StoredEmail,
  startStack,
} from '../dev/index.ts';
import { builtInTemplates, type TemplateSource } from '../email/index.ts';
import { ConfigError, EnvError } from '../errors/index.ts';
import { type TrackedEvent, track } from '../index.ts';
import type { Report } from '../intake/index.ts';
import type { SignedWebhook } from '../operations/index.ts';
import { readTemplates } from '../project/index.ts';
import { createState, type RunRecord, type State } from '../state/index.ts';
import { createRows, type Rows, type Values } from './rows.ts';
import type { Told } from './stories.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

/** What a world is made of. */
export interface WorldOptions {
  /** The loops under test, as `skene.config.ts` exports them. */
  config: ConfigInput | LoopInput;
  /** The folder that templates are read from, such as `emails`; without it there are the built-in ones alone. */
  emails?: string | undefined;
  /** Further templates, by name. */
  templates?: Readonly<Record<string, TemplateSource>> | undefined;
  /** A PostgreSQL of your own in place of the embedded one. */
  databaseUrl?: string | undefined;
  /** What the database is, where the config does not say: hashes in the local Redis in place of PostgreSQL. */
  provider?: 'upstash-redis' | undefined;
  /** Variables that the functions find beside the stack's own, such as `VERCEL_ENV`. */
  variables?: Readonly<Record<string, string>> | undefined;
  /** Where the state is kept, for a world that is left and entered again; in memory when absent. */
  stateDir?: string | undefined;
}

/** A local stack whose time stands still until it is moved. */
export interface World {
  stack: Stack;
  state: State;
  /** Everything the stack had to say, a line each. */
  log: readonly string[];
  /** What happened, what the loops are, and who signed up: what a matcher that fails tells of. */
  told: Told;
  /** Runs a statement on the embedded database, and answers with its rows. */
  sql<TRow = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<TRow[]>;
  /** Inserts a row into the users table, with an address and a name unless given; it is with its runs when this is done. */
  signUp(values?: Values): Promise<Person>;
  /** The rows of a table, for reading and changing. */
  rows(table: string): Rows;
  /** Webhooks, signed as their providers sign them. */
  webhook: Webhooks;
  /** An event of the app, as `track()` sends it. */
  track(event: TrackedEvent): Promise<void>;
  /** The emails in the inbox, the oldest first. */
  readonly emails: readonly StoredEmail[];
  /** How many messages QStash would have billed. */
  readonly messages: number;
  /** Sends events to the events function as an app does, with the right token unless `token` is another. */
  send(body: unknown, options?: { token?: string; contentType?: string }): Promise<Response>;
  /** Moves the time (`'5m'`, `'7d'`) and waits until nothing is under way. */
  advance(duration: string): Promise<void>;
  /** Waits until all committed rows are with their runs and nothing is under way. */
  settle(): Promise<void>;
  /** The runs, the newest first. */
  runs(): Promise<RunRecord[]>;
  /** How often each outcome happened to a loop on the day it is in the world. */
  counts(loop: string): Promise<Record<string, number>>;
  /** Serves another configuration from now on. */
  use(config: ConfigInput | LoopInput): Promise<void>;
  close(): Promise<void>;
}

/** Somebody who signed up. */
export interface Person {
  id: string;
  email: string;
  name: string;
}

const ANY_FREE_PORT = { functions: 0, qstash: 0, redis: 0, postgres: 0, inbox: 0 };

/** Starts a world. Several may run in one process; each has its own database, queue, memory and inbox. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const log: string[] = [];
  const reports: Report[] = [];
  const addresses = new Map<string, string>();
  const found = options.emails === undefined ? {} : await templatesIn(options.emails);
  const projectOf = (config: WorldOptions['config']): StackOptions['project'] => {
    const { database, ...rest } = resolveConfig(config);
    const resolved = { ...rest, database: { ...database, provider: database.provider ?? options.provider } };
    return {
      deployment: compileConfig(resolved),
      templates: { ...builtInTemplates, ...found, ...options.templates },
      actions: resolved.actions,
    };
  };
  let project = projectOf(options.config);
  const stack = await startStack({
    project,
    workflows,
    ports: ANY_FREE_PORT,
    log: () => listLog(log, reports),
    frozen: true,
    databaseUrl: options.databaseUrl,
    stateDir: options.stateDir,
    variables: options.variables,
  });
  const { env, clock, qstash, urls } = stack;
  const state = createState({ ...env.redis, namespace: env.namespace });

  async function settle(): Promise<void> {
    await stack.database.drain();
    await qstash.idle();
  }

  async function sql(text: string, params: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    if (stack.postgres === undefined) throw new EnvError('USAGE', 'This world has a database of its own.');
    return stack.postgres.query(text, params);
  }
  const rows = (table: string): Rows => createRows(table, { run: sql, settle });

  async function deliver(provider: string, { body, headers }: SignedWebhook): Promise<void> {
    const answer = await fetch(`${env.functionsUrl}/webhooks/${provider}`, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`The webhook was refused: ${answer.status} ${await answer.text()}`);
    await settle();
  }
  let people = 0;

  return {
    stack,
    state,
    log,
    told: {
      reports,
      addresses,
      get plans() {
        return project.deployment.plans;
      },
    },
    sql: async <TRow>(text: string, params?: readonly unknown[]) => (await sql(text, params)) as TRow[],
    async signUp(values = {}) {
      const { users } = resolveConfig(options.config);
      people += 1;
      const row = await rows(users.table).insert({
        [users.email]: `person-${people}@example.com`,
        [users.name]: `Person ${people}`,
        ...values,
      });
      const person = {
        id: String(row[users.id]),
        email: String(row[users.email]),
        name: String(row[users.name]),
      };
      addresses.set(person.id, person.email);
      return person;
    },
    rows,
    webhook: createWebhooks(deliver, clock.now),
    async track(event) {
      await track(event, { url: env.functionsUrl, secret: DEV_SECRET });
      await settle();
    },
    get emails() {
      return stack.inbox.emails();
    },
    get messages() {
      return qstash.stats.billed;
    },
    send: (body, { token = DEV_SECRET, contentType = 'application/json' } = {}) =>
      fetch(`${urls.functions}/api/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    settle,
    async advance(duration) {
      const seconds = parseDuration(duration);
      if (seconds === undefined) throw new EnvError('USAGE', `"${duration}" is not a duration.`);
      await settle();
      await clock.advance(seconds * 1000);
      await settle();
    },
    runs: () => state.runLog.list(1_000),
    counts: (loop) => state.runLog.counts(loop, new Date(clock.now()).toISOString().slice(0, 10)),
    use(config) {
      project = projectOf(config);
      return stack.use(project);
    },
    close: () => stack.close(),
  };
}

/** @throws {ConfigError} about the first template that is none. */
async function templatesIn(folder: string): Promise<Record<string, TemplateSource>> {
  const { templates, problems } = await readTemplates(folder);
  const [problem] = problems;
  if (problem !== undefined) {
    const { message, hint, where } = problem;
    throw new ConfigError('TEMPLATE_INVALID', message, { hint, where });
  }
  return Object.fromEntries(Object.values(templates).map(({ name, source }) => [name, source]));
}

function listLog(lines: string[], reports: Report[]): DevLog {
  return {
    report(report) {
      reports.push(report);
      lines.push(JSON.stringify(report));
    },
    email: ({ to, subject }) => void lines.push(`email "${subject}" to ${to}`),
    note: (text) => void lines.push(text),
    problem: (text) => void lines.push(`problem: ${text}`),
  };
}
