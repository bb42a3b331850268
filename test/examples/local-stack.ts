import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type DevUrls, devVariables } from '../../src/dev/environment.ts';
import { createState, type State } from '../../src/state/index.ts';
import { type DevProcess, startDev } from '../e2e/dev-process.ts';
import { copyLoops, environmentOf } from './example.ts';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

/** The local stack of an example whose app mounts the functions. */
export interface LocalStack {
  dev: DevProcess;
  urls: DevUrls;
  /** What Skene remembers. */
  state: State;
  /** What the app finds in its environment: what its `.env.example` names, with the addresses of this stack. */
  variables: Record<string, string>;
  /** `skene clock`. @param advance such as `1d`. */
  moveClock(advance: string): Promise<void>;
  /** Ends it, and forgets its state. */
  stop(): Promise<void>;
}

/**
 * Starts `skene dev --app` on a copy of an example's loops.
 * @param app where the app is going to mount the functions.
 */
export async function startLocalStack(
  name: string,
  { app, args = [] }: { app: string; args?: readonly string[] },
): Promise<LocalStack> {
  const folder = copyLoops(name);
  const dev = startDev(folder, ['--app', app, ...args]);
  await dev.line(/^ +loops /m);
  const { urls } = JSON.parse(readFileSync(join(folder, '.skene/dev.json'), 'utf8')) as { urls: DevUrls };
  const variables: Record<string, string> = { ...environmentOf(name), ...devVariables(urls), SKENE_URL: app };
  const token = variables.UPSTASH_REDIS_REST_TOKEN ?? '';
  return {
    dev,
    urls,
    state: createState({ url: urls.redis, token, namespace: 'production' }),
    variables,
    async moveClock(advance) {
      await promisify(execFile)(process.execPath, ['--import', tsx, cli, 'clock', advance], { cwd: folder });
    },
    async stop() {
      await dev.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
