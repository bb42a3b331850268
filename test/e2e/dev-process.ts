import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Longer than anything takes that it says, on a busy machine: past it, what it has said tells more than a test's time limit. */
const PATIENCE_MS = 90_000;

/** `skene dev`, running as a process of its own. */
export interface DevProcess {
  /** Everything it has printed. */
  output(): string;
  /** Waits for a line that fits, and answers with the match. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it like a power cut. */
  kill(): Promise<void>;
  /** Ends it as Ctrl-C does; answers with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `skene dev` in `folder`, on free ports. */
export function startDev(folder: string, args: readonly string[] = []): DevProcess {
  const ports = ['--port', '--qstash-port', '--redis-port', '--postgres-port', '--inbox-port'].flatMap(
    (flag) => [flag, '0'],
  );
  const child = spawn(process.execPath, ['--import', 'tsx', cli, 'dev', folder, ...ports, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', DATABASE_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watch(child);
}

function watch(child: ChildProcess): DevProcess {
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (const listener of listeners) listener();
    });
  }
  const exited = once(child, 'exit').then(([code]) => {
    for (const listener of listeners) listener();
    return code as number | null;
  });
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    child.kill(signal);
    return exited;
  }
  return {
    output: () => text,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => fail('has not said'), PATIENCE_MS);
        function fail(what: string): void {
          reject(new Error(`skene dev ${what} ${pattern}:\n${text}`));
        }
        function look(): void {
          const found = pattern.exec(text);
          if (found === null && child.exitCode === null && child.signalCode === null) return;
          listeners.delete(look);
          clearTimeout(late);
          if (found === null) fail('ended without');
          else resolve(found);
        }
        listeners.add(look);
        look();
      }),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGINT'),
  };
}
