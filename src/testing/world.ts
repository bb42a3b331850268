import { workflows } from '../../workflows/index.ts';
import { compileConfig } from '../compile/index.ts';
import { type ConfigInput, type LoopInput, parseDuration, resolveConfig } from '../config/index.ts';
import { DEV_SECRET, type DevLog, type Stack, type StackOptions, startStack } from '../dev/index.ts';
import { builtInTemplates, type TemplateSource } from '../email/index.ts';
import { EnvError } from '../errors/index.ts';
import { createState, type RunRecord, type State } from '../state/index.ts';

/** What a world is made of. */
export interface WorldOptions {
  /** The loops under test, as `skene.config.ts` exports them. */
  config: ConfigInput | LoopInput;
  /** Templates by name, beside the built-in ones. */
  templates?: Readonly<Record<string, TemplateSource>> | undefined;
  /** A PostgreSQL of your own in place of the embedded one. */
  databaseUrl?: string | undefined;
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
  /** Runs a statement on the embedded database, and answers with its rows. */
  sql<TRow = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<TRow[]>;
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

const ANY_FREE_PORT = { functions: 0, qstash: 0, redis: 0, postgres: 0, inbox: 0 };

/** Starts a world. Several may run in one process; each has its own database, queue, memory and inbox. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const log: string[] = [];
  const projectOf = (config: WorldOptions['config']): StackOptions['project'] => {
    const resolved = resolveConfig(config);
    return {
      deployment: compileConfig(resolved),
      templates: { ...builtInTemplates, ...options.templates },
      actions: resolved.actions,
    };
  };
  const stack = await startStack({
    project: projectOf(options.config),
    workflows,
    ports: ANY_FREE_PORT,
    log: () => listLog(log),
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

  return {
    stack,
    state,
    log,
    async sql<TRow>(text: string, params: readonly unknown[] = []) {
      if (stack.postgres === undefined) throw new EnvError('USAGE', 'This world has a database of its own.');
      return (await stack.postgres.query(text, params)) as TRow[];
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
    use: (config) => stack.use(projectOf(config)),
    close: () => stack.close(),
  };
}

function listLog(lines: string[]): DevLog {
  return {
    report: (report) => void lines.push(JSON.stringify(report)),
    email: ({ to, subject }) => void lines.push(`email "${subject}" to ${to}`),
    note: (text) => void lines.push(text),
    problem: (text) => void lines.push(`problem: ${text}`),
  };
}
