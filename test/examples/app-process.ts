import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** An example's app, running as a process of its own. */
export interface AppProcess {
  url: string;
  /** Everything it has printed. */
  output(): string;
  /** Ends it and whatever it started. */
  stop(): Promise<void>;
}

/** How an app is started. */
export interface AppOptions {
  folder: string;
  command: string;
  args: readonly string[];
  port: number;
  /** Beside the environment of the tests. */
  env: Readonly<Record<string, string>>;
}

/** The first compilation of a page may have to share the machine with other tests. */
const STARTUP_MS = 90_000;

/** Starts an app and resolves once it answers requests. @throws with what it printed when it ends before, or never answers. */
export async function startApp({ folder, command, args, port, env }: AppOptions): Promise<AppProcess> {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  const exited = once(child, 'exit');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  /** Frameworks start servers as children of their command: the whole group ends. */
  const end = () => {
    if (child.pid !== undefined && !hasEnded()) process.kill(-child.pid, 'SIGKILL');
  };
  process.once('exit', end);

  const url = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + STARTUP_MS; !(await answers(url)); await pause(100)) {
    if (!hasEnded() && Date.now() < deadline) continue;
    end();
    throw new Error(`${command} ${args.join(' ')} does not answer at ${url}:\n${text}`);
  }
  return {
    url,
    output: () => text,
    async stop() {
      process.off('exit', end);
      end();
      await exited;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { redirect: 'manual' }).then(
    () => true,
    () => false,
  );
}
