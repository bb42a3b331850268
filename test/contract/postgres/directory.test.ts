import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/dev/postgres/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'skene-directory-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fresh = (): string => mkdtempSync(join(folder, 'data-'));

type Inserting = ChildProcessByStdio<null, Readable, null>;

function startInserting(dataDir: string, first: number): Inserting {
  const program = join(import.meta.dirname, 'inserting-process.ts');
  return spawn(process.execPath, ['--import', 'tsx', program, dataDir, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Reads what is acknowledged; kills the process without warning after `enough` numbers. */
async function killAfter(child: Inserting, enough: number): Promise<number[]> {
  const numbers: number[] = [];
  const gone = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    if (line === 'started') continue;
    numbers.push(Number(line));
    if (numbers.length === enough) child.kill('SIGKILL');
  }
  await gone;
  return numbers;
}

describe('a directory', () => {
  it('has every acknowledged row after kill -9, each time', async () => {
    const dataDir = fresh();
    const acknowledged: number[] = [];
    for (const enough of [1, 50, 300]) {
      acknowledged.push(...(await killAfter(startInserting(dataDir, acknowledged.length * 1_000), enough)));
    }
    const server = await startEmbeddedPostgres({ dataDir, port: 0 });
    const kept = (await server.query('SELECT n FROM numbers')).map(({ n }) => n);
    await server.close();
    expect(acknowledged.length).toBeGreaterThanOrEqual(351);
    expect(kept).toEqual(expect.arrayContaining(acknowledged));
  });

  it('is made anew when its making was interrupted', async () => {
    const dataDir = fresh();
    mkdirSync(join(dataDir, 'cluster'));
    writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), '18\n');
    const server = await startEmbeddedPostgres({ dataDir, port: 0 });
    expect(await server.query('SELECT * FROM user_actions')).toEqual([]);
    await server.close();
  });

  it('keeps its tables, and does not bring back the samples that were dropped', async () => {
    const dataDir = fresh();
    const first = await startEmbeddedPostgres({ dataDir, port: 0 });
    await first.exec(`DROP TABLE user_actions; INSERT INTO users (email) VALUES ('ada@example.com')`);
    await first.close();
    const second = await startEmbeddedPostgres({ dataDir, port: 0 });
    expect(await second.query('SELECT id, email FROM users')).toEqual([
      { id: '1', email: 'ada@example.com' },
    ]);
    await expect(second.query('SELECT * FROM user_actions')).rejects.toMatchObject({ code: '42P01' });
    await second.close();
  });

  it('is refused while another process uses it, whose id is told', async () => {
    const dataDir = fresh();
    const child = startInserting(dataDir, 0);
    await once(createInterface(child.stdout), 'line');
    await expect(startEmbeddedPostgres({ dataDir, port: 0 })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(`Process ${child.pid} uses`),
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await startEmbeddedPostgres({ dataDir, port: 0 })).close();
  });

  it('is refused to the same process while it uses it', async () => {
    const dataDir = fresh();
    const server = await startEmbeddedPostgres({ dataDir, port: 0 });
    await expect(startEmbeddedPostgres({ dataDir, port: 0 })).rejects.toMatchObject({ code: 'USAGE' });
    await server.close();
    await (await startEmbeddedPostgres({ dataDir, port: 0 })).close();
  });
});

it('passes over a busy port', async () => {
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  const address = busy.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const server = await startEmbeddedPostgres({ port });
  expect(server.port).toBeGreaterThan(port);
  expect(await server.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await server.close();
  busy.close();
});
