import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import mysql from 'mysql2/promise';
import { freePort } from './free-port.ts';

/** A real MariaDB server with nothing in it. */
export interface MariadbServer {
  /** Makes an empty database and gives its connection string. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

const USER = 'tester';

/** Debian keeps server programs out of the usual path of a user. */
const env = { ...process.env, PATH: `${process.env.PATH}${delimiter}/usr/sbin` };

/**
 * Whether tests can have a MariaDB. Without one, says what is not run; in CI they fail instead.
 * @param what the tests that need it.
 */
export function hasMariadb(what: string): boolean {
  if (process.env.CI || spawnSync('mariadbd', ['--version'], { env }).status === 0) return true;
  console.warn(`\n*** NOT RUN: ${what}: no MariaDB is installed (mariadbd).\n`);
  return false;
}

/**
 * Starts a server of its own, on a free port of loopback; as `mysql` where the tests run as root, which it refuses.
 * @param password of its user; one that a URL cannot hold as it is, unless told.
 */
export async function startMariadbServer({ password = 'p@ss:word' } = {}): Promise<MariadbServer> {
  const folder = mkdtempSync(join(tmpdir(), 'skene-mariadb-'));
  const user = userFor(folder);
  const data = join(folder, 'data');
  const setup = join(folder, 'setup.sql');
  writeFileSync(
    setup,
    // One statement a line: the server reads no more of it.
    `CREATE USER ${USER}@'%' IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO ${USER}@'%';\n`,
  );
  const common = ['--no-defaults', `--datadir=${data}`, '--innodb-log-file-size=64M'];
  const options = { ...user, env, stdio: 'ignore', cwd: folder } as const;
  const made = spawnSync(
    'mariadb-install-db',
    [...common, '--auth-root-authentication-method=normal', '--skip-test-db'],
    options,
  );
  if (made.status !== 0) throw new Error(`mariadb-install-db failed with ${made.status}.`);
  const port = await freePort();
  const server = spawn(
    'mariadbd',
    [
      ...common,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder, 'socket')}`,
      `--init-file=${setup}`,
      '--skip-name-resolve',
      '--innodb-flush-log-at-trx-commit=0',
      '--max-connections=200',
      // Times of DATETIME columns are then not those of UTC, as on many a machine.
      '--default-time-zone=+05:30',
    ],
    options,
  );
  const admin = `mysql://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  await accepting(admin);

  let databases = 0;
  return {
    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      const client = await mysql.createConnection(admin);
      await client.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
      await client.end();
      return `${admin}/${name}`;
    },
    async stop() {
      server.kill('SIGTERM');
      if (server.exitCode === null) await once(server, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function userFor(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'mysql'], { encoding: 'utf8' }).stdout);
  const [uid, gid] = [id('-u'), id('-g')];
  chownSync(folder, uid, gid);
  return { uid, gid };
}

async function accepting(url: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await (await mysql.createConnection(url)).end();
      return;
    } catch (error) {
      if (attempt === 400) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
