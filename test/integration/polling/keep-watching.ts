import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A process that polls, is killed at random times, and replaced. */
export interface Watcher extends AsyncDisposable {
  /** Resolves once the first process has begun to poll. */
  first: Promise<unknown>;
  /** Resolves with the number of kills once there were enough of them. */
  killed: Promise<number>;
}

/** What is watched, and with what. */
export interface WatchOptions {
  provider: 'mysql' | 'upstash-redis';
  /** Where the processes find the database, the queue and the state. */
  variables: Record<string, string>;
  /** Keeps the state apart from other tests'. */
  namespace: string;
  overlapSeconds: number;
  kills: number;
}

/** Keeps a process polling, and kills it again and again. */
export function keepWatching({
  provider,
  variables,
  namespace,
  overlapSeconds,
  kills,
}: WatchOptions): Watcher {
  const script = join(import.meta.dirname, 'watch-process.ts');
  const start = (): ChildProcess =>
    spawn(process.execPath, ['--import', 'tsx', script, String(overlapSeconds), provider], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        SKENE_URL: 'http://127.0.0.1:1',
        QSTASH_TOKEN: 'token',
        VERCEL_ENV: 'preview',
        VERCEL_GIT_COMMIT_REF: namespace.replaceAll(' ', '-'),
        ...variables,
      },
    });
  let current = start();
  const first = once(current.stdout ?? current, 'data');

  async function killAgainAndAgain(): Promise<number> {
    await first;
    for (let count = 0; count < kills; count += 1) {
      await pause(Math.random() * 2_000);
      await kill(current);
      current = start();
      await once(current.stdout ?? current, 'data');
    }
    return kills;
  }
  return { first, killed: killAgainAndAgain(), [Symbol.asyncDispose]: () => kill(current) };
}

async function kill(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill('SIGKILL');
  await once(process, 'exit');
}
