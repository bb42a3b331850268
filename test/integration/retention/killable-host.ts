import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { HostNews, HostOrder } from './function-host.ts';

/** The functions in a process of their own, which is started again whenever it was killed. */
export interface KillableHost {
  /** Resolves once it serves. */
  ready(): Promise<void>;
  /** Ends the process as a power cut does, once it serves; another is started. */
  kill(): Promise<void>;
  /** Sets the time there, ms since the epoch. */
  setTime(now: number): Promise<void>;
  stop(): Promise<void>;
}

const source = fileURLToPath(new URL('function-host.ts', import.meta.url));
/** Below the packages that it imports. */
const cache = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url));

/** Starts the functions at a port of loopback. @param onMemory is told what the process holds, in bytes, ten times a second. */
export function startFunctionHost(
  order: Omit<HostOrder, 'now'>,
  start: number,
  onMemory: (rss: number) => void,
): KillableHost {
  // One file starts several times faster than many that are compiled on the way.
  const program = join(cache, `function-host-${process.pid}.mjs`);
  buildSync({
    entryPoints: [source],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  let time = start;
  let isOver = false;
  let isUp = false;
  const waiting: Array<() => void> = [];
  let child = launch();

  function launch(): ChildProcess {
    const launched = fork(program, { execArgv: [] });
    launched.on('message', (news: HostNews) => {
      onMemory(news.rss);
      if (!news.isReady) return;
      isUp = true;
      for (const resolve of waiting.splice(0)) resolve();
    });
    launched.once('exit', () => {
      isUp = false;
      if (!isOver) child = launch();
    });
    launched.send({ ...order, now: time } satisfies HostOrder);
    return launched;
  }

  const ready = (): Promise<void> =>
    isUp ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve));

  return {
    ready,
    async kill() {
      await ready();
      isUp = false;
      child.kill('SIGKILL');
    },
    async setTime(now) {
      await ready();
      time = now;
      isUp = false;
      child.send({ now });
      await ready();
    },
    async stop() {
      isOver = true;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      rmSync(program);
    },
  };
}
