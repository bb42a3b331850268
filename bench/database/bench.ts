import pg from 'pg';
import type { LoopInput } from '../../src/index.ts';
import { createWorld } from '../../src/testing/index.ts';
import {
  type CaptureDatabase,
  openCaptureDatabase,
  watching,
} from '../../test/integration/capture/capture-database.ts';
import { hasMariadb } from '../../test/servers/mariadb.ts';
import { startPostgres } from '../../test/servers/postgres.ts';
import type { Bench, Plot, Size, Table } from '../bench.ts';
import { measurePolling } from './polling.ts';

const SIZES: Readonly<
  Record<
    Size,
    { inserts: number; rounds: number; bulk: number; outbox: readonly number[]; carried: readonly number[] }
  >
> = {
  smoke: { inserts: 20, rounds: 1, bulk: 100, outbox: [100], carried: [] },
  usual: {
    inserts: 1_000,
    rounds: 5,
    bulk: 20_000,
    outbox: [1_000, 10_000, 100_000],
    carried: [100, 1_000, 3_000],
  },
  long: {
    inserts: 3_000,
    rounds: 7,
    bulk: 100_000,
    outbox: [1_000, 10_000, 100_000, 1_000_000],
    carried: [1_000, 10_000],
  },
};

/** As many as a drain claims at a time. */
const CLAIM = 100;

/** What the trigger costs an INSERT, how fast the outbox is emptied, and how fast rows become runs, on a real PostgreSQL; how fast a MariaDB is polled. */
export const database: Bench = {
  name: 'database',
  async run(size) {
    const server = await startPostgres();
    try {
      await using capture = await openCaptureDatabase(await server.createDatabase());
      await capture.sync([watching('users')]);
      const insert = await measureInserts(capture, size);
      const drain = await measureOutbox(capture, size);
      const carried = await measureCarried(() => server.createDatabase(), size);
      const polled = hasMariadb('the bench of polling') ? [await measurePolling(SIZES[size].outbox)] : [];
      return { tables: [insert, drain, carried, ...polled], plots: [plotOf({ drain, carried, polled })] };
    } finally {
      await server.close();
    }
  },
};

async function rowsPerSecond(rows: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (rows / (performance.now() - startedAt)) * 1000;
}

const median = (numbers: number[]): number =>
  numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** The same inserts with the trigger and without, in turn, so that what else the machine does falls on both. */
async function measureInserts({ app, owner }: CaptureDatabase, size: Size): Promise<Table> {
  const { inserts, rounds, bulk } = SIZES[size];
  const loads = [
    {
      load: 'one row in its own transaction',
      rows: inserts,
      async work() {
        for (let index = 0; index < inserts; index += 1)
          await app.query('INSERT INTO users (email) VALUES ($1)', [`user${index}@example.com`]);
      },
    },
    {
      load: `${bulk.toLocaleString('en')} rows in one statement`,
      rows: bulk,
      work: () =>
        app.query('INSERT INTO users (email) SELECT n::text FROM generate_series(1, $1::int) n', [bulk]),
    },
  ];
  const rows: Table['rows'][number][] = [];
  for (const { load, rows: count, work } of loads) {
    const found: Record<'on' | 'off', number[]> = { on: [], off: [] };
    for (let round = 0; round < rounds; round += 1)
      for (const trigger of ['off', 'on'] as const) {
        await owner.query(`ALTER TABLE users ${trigger === 'on' ? 'ENABLE' : 'DISABLE'} TRIGGER USER`);
        found[trigger].push(await rowsPerSecond(count, work));
        await owner.query('TRUNCATE users, skene_outbox');
      }
    await owner.query('ALTER TABLE users ENABLE TRIGGER USER');
    const [off, on] = [median(found.off), median(found.on)];
    rows.push({ load, off, on, share: (1 - on / off) * 100, microseconds: (1 / on - 1 / off) * 1_000_000 });
  }
  return {
    title: 'What the trigger costs an INSERT',
    columns: [
      { key: 'load', label: 'INSERT of' },
      { key: 'off', label: 'rows/s without the trigger' },
      { key: 'on', label: 'with it' },
      { key: 'share', label: 'slower by, %', digits: 1 },
      { key: 'microseconds', label: 'µs per row' },
    ],
    rows,
  };
}

/** Claims and deletes all of an outbox of so many rows, as a drain does, with nothing behind it. */
async function measureOutbox(
  { app, owner, database: { capture } }: CaptureDatabase,
  size: Size,
): Promise<Table> {
  const rows: Table['rows'][number][] = [];
  for (const count of SIZES[size].outbox) {
    await owner.query('TRUNCATE users, skene_outbox');
    await app.query('INSERT INTO users (email) SELECT n::text FROM generate_series(1, $1::int) n', [count]);
    await owner.query('ANALYZE skene_outbox');
    const perSecond = await rowsPerSecond(count, async () => {
      for (let claimed = 0; claimed < count; ) {
        const batch = await capture.outbox.claim({ limit: CLAIM, leaseMs: 60_000 });
        await capture.outbox.done(batch.map(({ id }) => id));
        claimed += batch.length;
      }
    });
    rows.push({ count, perSecond });
  }
  return {
    title: `Outbox claimed and deleted, ${CLAIM} rows at a time`,
    columns: [
      { key: 'count', label: 'rows waiting' },
      { key: 'perSecond', label: 'rows/s' },
    ],
    rows,
  };
}

const LOOP = {
  type: 'activation',
  opinion: 'Whoever shares a report stays.',
  steps: [
    {
      trigger: { type: 'database', table: 'users', event: 'insert' },
      condition: { type: 'event', name: 'report.shared', timeout: '1d' },
      action: {
        type: 'email',
        template: 'activation_welcome',
        personalization: { name: 'x', activationLink: 'https://x.example' },
      },
    },
  ],
} satisfies LoopInput;

/** Rows committed at once, until each has its run in QStash and the outbox is empty: the relay, Redis, QStash and the functions in one process. */
async function measureCarried(createDatabase: () => Promise<string>, size: Size): Promise<Table> {
  const rows: Table['rows'][number][] = [];
  for (const count of SIZES[size].carried) {
    const databaseUrl = await createDatabase();
    const client = new pg.Client(databaseUrl);
    await client.connect();
    await client.query(
      'CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text, name text)',
    );
    const world = await createWorld({ config: LOOP, databaseUrl });
    const perSecond = await rowsPerSecond(count, async () => {
      await client.query(
        'INSERT INTO users (email, name) SELECT n::text, n::text FROM generate_series(1, $1::int) n',
        [count],
      );
      await world.stack.database.drain();
    });
    await world.settle();
    rows.push({ count, perSecond });
    await world.close();
    await client.end();
  }
  return {
    title: 'Rows carried to the runs they start, on the whole local stack',
    columns: [
      { key: 'count', label: 'rows committed at once' },
      { key: 'perSecond', label: 'rows/s' },
    ],
    rows,
  };
}

function plotOf({ drain, carried, polled }: { drain: Table; carried: Table; polled: Table[] }): Plot {
  const points = ({ rows }: Table) =>
    rows.map(({ count, perSecond }) => [Number(count), Number(perSecond)] as const);
  return {
    name: 'outbox',
    title: 'The outbox, and a polled table, as they grow',
    x: 'rows waiting',
    y: 'rows per second',
    series: [
      { name: 'outbox: claimed and deleted', points: points(drain) },
      { name: 'outbox: carried to their runs', points: points(carried) },
      ...polled.map((table) => ({ name: 'polled', points: points(table) })),
    ],
  };
}
