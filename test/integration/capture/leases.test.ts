import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { requireCapture } from '../../../src/databases/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { type PostgresServer, startPostgresServer } from '../../contract/databases/postgres-server.ts';
import { openCaptureDatabase, watching } from './capture-database.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.stop());

const users = watching('users');
const insert = (count: number) =>
  `INSERT INTO users (email) SELECT 'user ' || n FROM generate_series(1, ${count}) AS n`;

describe('a lease', () => {
  it('is given to one of several that drain at once', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([users]);
    await capture.app.query(insert(1_000));
    const drainers = await Promise.all(
      [1, 2, 3, 4].map(async () => requireCapture(await openDatabase({ url: capture.url }))),
    );
    const claimed = await Promise.all(
      drainers.map(async ({ capture: { outbox } }) => {
        const ids: string[] = [];
        for (let batch = await outbox.claim({ limit: 37, leaseMs: 60_000 }); batch.length > 0; ) {
          ids.push(...batch.map(({ id }) => id));
          batch = await outbox.claim({ limit: 37, leaseMs: 60_000 });
        }
        return ids;
      }),
    );
    await Promise.all(drainers.map((drainer) => drainer.close()));
    expect(claimed.filter((ids) => ids.length > 0).length).toBeGreaterThan(1);
    expect(claimed.flat()).toHaveLength(1_000);
    expect(new Set(claimed.flat()).size).toBe(1_000);
  });

  it('that runs out lets the next one have the change', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([users]);
    await capture.app.query(insert(1));
    const { outbox } = capture.database.capture;
    const [first] = await outbox.claim({ limit: 1, leaseMs: 150 });
    expect(await outbox.claim({ limit: 1, leaseMs: 150 })).toEqual([]);
    const [second] = await vi.waitFor(async () => {
      const claimed = await outbox.claim({ limit: 1, leaseMs: 150 });
      expect(claimed).toHaveLength(1);
      return claimed;
    });
    expect(second).toEqual(first);
  });

  it('holds up no one who vacuums or alters the outbox', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase());
    await capture.sync([users]);
    await capture.app.query(insert(10));
    await capture.database.capture.outbox.claim({ limit: 10, leaseMs: 60_000 });
    await capture.owner.query(`SET lock_timeout = '1s'; ALTER TABLE skene_outbox ADD note text`);
    await capture.owner.query('VACUUM FULL skene_outbox');
    expect(await capture.database.capture.outbox.status()).toMatchObject({ waiting: 10 });
  });
});

describe('a change that cannot be handed on', () => {
  it('is set aside after its attempts, and holds up no other', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase(), {
      outbox: { attempts: 3, backoffMs: 5 },
    });
    await capture.sync([users]);
    await capture.app.query(insert(20));
    const { outbox } = capture.database.capture;
    const handedOn: unknown[] = [];
    await vi.waitFor(async () => {
      const claimed = await outbox.claim({ limit: 4, leaseMs: 60_000 });
      const isPoison = ({ change }: (typeof claimed)[number]) => change.row.email === 'user 1';
      await outbox.failed(
        claimed.filter(isPoison).map(({ id }) => id),
        'QStash refused it\0',
      );
      const good = claimed.filter((candidate) => !isPoison(candidate));
      await outbox.done(good.map(({ id }) => id));
      handedOn.push(...good.map(({ change }) => change.row.email));
      expect(await outbox.status()).toMatchObject({
        waiting: 0,
        setAside: 1,
        lastError: 'QStash refused it',
      });
    }, 5_000);
    expect(handedOn).toHaveLength(19);

    expect(await outbox.restore()).toBe(1);
    expect(await capture.drain()).toEqual(['user 1']);
  });

  it('is not to blame when it is given back', async () => {
    await using capture = await openCaptureDatabase(await server.createDatabase(), {
      outbox: { attempts: 2, backoffMs: 5 },
    });
    await capture.sync([users]);
    await capture.app.query(insert(1));
    const { outbox } = capture.database.capture;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const claimed = await outbox.claim({ limit: 1, leaseMs: 60_000 });
      expect(claimed).toHaveLength(1);
      await outbox.released(claimed.map(({ id }) => id));
    }
  });
});
