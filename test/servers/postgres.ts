import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './free-port.ts';

/** A real PostgreSQL server for tests. */
export interface PostgresServer {
  /** Of a role that may do everything. */
  url: string;
  /** Makes an empty database and gives its connection string. */
  createDatabase(): Promise<string>;
  /** Takes away the databases that were made, and the server if it was started for this. */
  close(): Promise<void>;
}

/** Names a server that runs already; its role has to be allowed to create databases. */
const VARIABLE = 'DATABASE_URL_TEST';

const MISSING = `no PostgreSQL is installed (initdb, postgres) and ${VARIABLE} is not set`;

const STARTUP_MS = 30_000;

/**
 * Whether tests can have a PostgreSQL. Without one, says what is not run; in CI, {@link startPostgres} installs it or fails.
 * @param what the tests that need it.
 */
export function hasPostgres(what: string): boolean {
  if (process.env[VARIABLE] || process.env.CI || findBinary('initdb') !== undefined) return true;
  console.warn(`\n*** NOT RUN: ${what}: ${MISSING}.\n`);
  return false;
}

/**
 * Gives tests a PostgreSQL: the one that DATABASE_URL_TEST names, else one of their own from the programs that are installed. In CI, as
 * root on Debian, these are installed first. Several processes may call it at the same time.
 * @throws when there is none to be had.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const running = process.env[VARIABLE];
  const { url, stop } = running ? { url: running, stop: async () => {} } : await startOwnServer();
  const databases: string[] = [];

  async function administer(sql: string): Promise<void> {
    const client = new pg.Client(url);
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }
  return {
    url,
    async createDatabase() {
      const name = `skene_test_${randomBytes(6).toString('hex')}`;
      await administer(`CREATE DATABASE ${name}`);
      databases.push(name);
      return Object.assign(new URL(url), { pathname: `/${name}` }).href;
    },
    async close() {
      if (running) for (const name of databases) await administer(`DROP DATABASE ${name} WITH (FORCE)`);
      await stop();
    },
  };
}

/** Starts a server on a free port of loopback, as `postgres` where the tests run as root, which it refuses. */
async function startOwnServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const [initdb, postgres] = ['initdb', 'postgres'].map((name) => findBinary(name) ?? installBinary(name));
  if (initdb === undefined || postgres === undefined) throw new Error(`Tests cannot run: ${MISSING}.`);
  const user = serverUser();
  const folder = mkdtempSync(join(tmpdir(), 'skene-pg-'));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder };

  const made = spawnSync(initdb, ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '-N'], options);
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
  const port = await freePort();
  const settings = {
    fsync: 'off',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    max_prepared_transactions: '5',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(postgres, ['-D', data, '-p', String(port), ...flags], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = (): boolean => server.kill('SIGQUIT');
  process.once('exit', kill);
  const log: string[] = [];
  server.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text));
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await accepting(url, () => server.exitCode !== null && log.join(''));
  return {
    url,
    async stop() {
      process.off('exit', kill);
      server.kill('SIGINT');
      if (server.exitCode === null) await once(server, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Debian keeps server programs out of the path. */
function findBinary(name: string): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(root, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Installs Debian's package, where that is what the machine is for. */
function installBinary(name: string): string | undefined {
  if (!process.env.CI || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  const flags = ['-y', '-o', 'DPkg::Lock::Timeout=300', '--no-install-recommends'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const update = spawnSync('apt-get', ['update'], { env, encoding: 'utf8' });
  const install = spawnSync('apt-get', ['install', ...flags, 'postgresql'], { env, encoding: 'utf8' });
  if (install.status !== 0) console.warn(`${update.stderr}${install.stderr}`);
  return findBinary(name);
}

/** As whom the server runs, when not as the one who runs the tests. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => {
    const { status, stdout } = spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' });
    if (status !== 0) throw new Error('PostgreSQL refuses to run as root, and there is no user postgres.');
    return Number(stdout);
  };
  return { uid: id('-u'), gid: id('-g') };
}

/** Resolves once a server takes connections. @param failure what it said, once it has exited. */
async function accepting(url: string, failure: () => string | false): Promise<void> {
  for (const deadline = Date.now() + STARTUP_MS; ; await pause(50)) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const log = failure();
      if (log !== false) throw new Error(`PostgreSQL did not start: ${log}`);
      if (Date.now() > deadline) throw error;
    }
  }
}
