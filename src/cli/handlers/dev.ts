import { dirname, join } from 'node:path';
import { workflows } from '../../../workflows/index.ts';
import { deployedAddress } from '../../databases/index.ts';
import {
  announceStack,
  type Clock,
  createDevLog,
  DEV_SENDER,
  type DevUrls,
  requireNoStack,
  type Stack,
  startStack,
  watchFiles,
} from '../../dev/index.ts';
import { createEnv } from '../../env/index.ts';
import { ConfigError, EnvError, messageOf } from '../../errors/index.ts';
import type { Deployment } from '../../plan/index.ts';
import { type LocatedIssue, openProject, type Project, shownPath } from '../../project/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { printIssues } from '../print-issues.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene dev`. */
export interface DevFlags {
  app?: string;
  databaseUrl?: string;
  fresh?: boolean;
  port: string;
  qstashPort: string;
  redisPort: string;
  postgresPort: string;
  inboxPort: string;
}

/** What `skene dev` does. */
export async function handle(
  path: string,
  flags: DevFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  loadEnvironment(path);
  const opened = await openProject({ file: path, env: devSource(flags) });
  printIssues(opened.issues, terminal, { source: opened.source });
  if (opened.project === undefined) {
    throw new ConfigError('CONFIG_INVALID', `${shownPath(opened.file, process.cwd())} has errors.`, {
      hint: 'Mend what is listed above and start again.',
    });
  }
  const directory = dirname(opened.file);
  await requireNoStack(directory);
  const stack = await startStack({
    stateDir: join(directory, '.skene', 'state'),
    fresh: flags.fresh ?? false,
    databaseUrl: flags.databaseUrl || ownDatabase(opened.project.deployment.database),
    ports: {
      functions: portOf(flags.port),
      qstash: portOf(flags.qstashPort),
      redis: portOf(flags.redisPort),
      postgres: portOf(flags.postgresPort),
      inbox: portOf(flags.inboxPort),
    },
    project: opened.project,
    workflows,
    variables: flags.app === undefined ? undefined : { SKENE_URL: flags.app },
    log: (clock: Clock) => createDevLog({ write: terminal.out, now: clock.now }),
  });
  const withdraw = announceStack(directory, stack.urls);
  // Before it says that it runs: what is saved from then on is seen.
  const unwatch = watchFiles(
    { directory, folders: ['emails', 'src'] },
    isSource,
    () => void reload(path, flags, { stack, terminal }),
  );
  printBanner({ ...stack.urls, app: flags.app }, opened.project, terminal);

  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  unwatch();
  withdraw();
  await stack.close();
  exit(0);
}

/** The database that the environment names; none where the stack is to have one of its own. */
function ownDatabase(database: Deployment['database']): string | undefined {
  const env = createEnv();
  const named = env.read(database.urlVariable);
  if (named !== undefined || database.provider !== 'upstash-redis') return named;
  const isNamed = (env.read('UPSTASH_REDIS_REST_URL') ?? env.read('KV_REST_API_URL')) !== undefined;
  return isNamed ? deployedAddress(env, database) : undefined;
}

/** What loops are compiled by: the database that is used tells their dialect, and the stack names a sender where nobody has yet. */
function devSource({ databaseUrl }: DevFlags): NodeJS.ProcessEnv {
  const { SKENE_FROM = DEV_SENDER, DATABASE_URL } = process.env;
  return { ...process.env, SKENE_FROM, DATABASE_URL: databaseUrl || DATABASE_URL };
}

function isSource(path: string): boolean {
  return (
    /^skene\.config\.\w+$|^emails[\\/]|^src[\\/].*\.[mc]?[jt]s$/.test(path) && !path.includes('node_modules')
  );
}

/** What is wrong first, without its full stop. */
function firstError(issues: readonly Pick<LocatedIssue, 'severity' | 'message'>[]): string {
  const message = issues.find(({ severity }) => severity === 'error')?.message ?? 'it has errors';
  return message.replace(/\.$/, '');
}

/** A config that is wrong for the moment changes nothing: the last right one goes on. */
async function reload(
  path: string,
  flags: DevFlags,
  { stack, terminal }: { stack: Stack; terminal: Terminal },
): Promise<void> {
  try {
    const { project, issues, source } = await openProject({ file: path, env: devSource(flags) });
    printIssues(issues, terminal, { source });
    if (project === undefined) {
      stack.refuse(
        `What was saved last is not served: ${firstError(issues)}. The loops go on as they were; the terminal has the details.`,
      );
      terminal.note('The loops go on as they were until this is mended.');
    } else {
      await stack.use(project);
      terminal.out(
        `The loops were read again: ${loopNames(project)}. Runs under way finish by the definition they began with.`,
      );
    }
  } catch (error) {
    stack.refuse(`The loops could not be read again: ${messageOf(error)}`);
    terminal.note(`The loops could not be read again: ${messageOf(error)}`);
  }
}

function printBanner(
  urls: DevUrls & { app: string | undefined },
  project: Project,
  { out, colors }: Terminal,
): void {
  const line = (name: string, value: string) => out(`  ${name.padEnd(11)}${value}`);
  out(colors.bold('Skene runs.'));
  line('functions', urls.functions);
  if (urls.app !== undefined) line('called at', urls.app);
  line('dashboard', `${urls.functions}/api/dashboard`);
  line('playground', `${urls.functions}/dev/playground`);
  line('inbox', urls.inbox);
  line('database', urls.database);
  line('QStash', urls.qstash);
  line('Redis', urls.redis);
  line('loops', loopNames(project));
  out();
}

function loopNames({ deployment }: Project): string {
  const names = [...new Set(deployment.plans.map(({ loop }) => loop))];
  const idle = new Set(
    deployment.plans.filter(({ type }) => !Object.hasOwn(workflows, type)).map(({ loop }) => loop),
  );
  return names.map((name) => (idle.has(name) ? `${name} (not run by this version)` : name)).join(', ');
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new EnvError('USAGE', `"${text}" is not a port.`, {
    hint: 'Write a number from 0 to 65535; 0 is any free one.',
  });
}
