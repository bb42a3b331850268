import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type AppProcess, startApp } from './app-process.ts';
import { folderOf } from './example.ts';

const run = promisify(execFile);

const SKENE = 'node_modules/@skene/sdk/dist/src/cli/main.js';
const NEXT = 'node_modules/next/dist/bin/next';

/** What no build and no server of Next.js needs, and would do without being asked. */
const QUIET = { NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' };

/**
 * Builds an example as its `npm run build` does.
 * @param env `DATABASE_URL` at least: it says which driver the functions get.
 * @throws Error with what the build printed when it fails.
 */
export async function buildNext(name: string, env: Readonly<Record<string, string>>): Promise<void> {
  const options = { cwd: folderOf(name), env: { ...process.env, ...QUIET, NODE_ENV: 'production', ...env } };
  try {
    await run(process.execPath, [SKENE, 'build'], options);
    await run(process.execPath, [NEXT, 'build'], options);
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`examples/${name} cannot be built:\n${stdout}${stderr}`, { cause: error });
  }
}

/** Starts what {@link buildNext} built. */
export function startNext(
  name: string,
  { port, env }: { port: number; env: Readonly<Record<string, string>> },
): Promise<AppProcess> {
  return startApp({
    folder: folderOf(name),
    command: process.execPath,
    args: [NEXT, 'start', '--port', String(port)],
    port,
    env: { ...QUIET, NODE_ENV: 'production', ...env },
  });
}
