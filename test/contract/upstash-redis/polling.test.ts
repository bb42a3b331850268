import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withSkene } from '../../../src/adapters/upstash-redis.ts';
import type { Polling } from '../../../src/databases/index.ts';
import { openDatabase } from '../../../src/databases/open/upstash-redis.ts';
import type { RowChange } from '../../../src/events/index.ts';
import type { TableNames } from '../../../src/hashes/index.ts';
import type { Watch } from '../../../src/plan/index.ts';
import { SERVERS, type TestedServer } from './servers.ts';

const OVERLAP_MS = 30_000;

const actions: Watch = {
  table: 'user_actions',
  id: 'id',
  subjects: ['user_id'],
  lookups: ['user_id'],
  changes: [
    { operation: 'insert', equals: {} },
    { operation: 'update', equals: { kind: 'done' } },
    { operation: 'delete', equals: {} },
  ],
};

/** Reads changes on from page to page, and keeps the cursor as the caller does. */
function createWatcher(polling: Polling, watch: Watch) {
  let cursor: string | undefined;
  async function poll(limit = 100): Promise<RowChange[]> {
    const changes: RowChange[] = [];
    for (let isLast = false; !isLast; ) {
      const page = await polling.next(watch, { cursor, limit });
      cursor = page.cursor;
      changes.push(...page.changes);
      isLast = page.isLast;
    }
    return changes;
  }
  return {
    poll,
    /** Begins to watch, and stops there. */
    async begin(): Promise<void> {
      cursor = (await polling.next(watch, { cursor, limit: 100 })).cursor;
    },
    get cursor() {
      return cursor;
    },
    set cursor(kept: string | undefined) {
      cursor = kept;
    },
  };
}

const shown = (changes: readonly RowChange[]) =>
  changes.map(({ operation, row }) => `${operation} ${row.id}`).sort();

describe.each(SERVERS)('watching, on %s', (_, start) => {
  let server: TestedServer;
  let plain: Redis;
  let told: Redis;
  let now: number;
  beforeAll(async () => {
    server = await start();
    plain = new Redis(server);
    told = withSkene(new Redis(server));
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    now = Date.now();
    await plain.flushdb();
  });

  async function watchTable(watch: Watch, tables?: Record<string, TableNames>) {
    const url = Object.assign(new URL(server.url), { password: server.token }).href;
    const { polling } = await openDatabase({
      url,
      tables,
      polling: { overlapMs: OVERLAP_MS, now: () => now },
    });
    if (polling === undefined) throw new Error('It is not polled.');
    return { polling, watcher: createWatcher(polling, watch) };
  }

  /** Goes on until the stream alone is read. */
  async function untilStreamed(watcher: ReturnType<typeof createWatcher>): Promise<RowChange[]> {
    const changes = await watcher.poll();
    now += OVERLAP_MS;
    changes.push(...(await watcher.poll()), ...(await watcher.poll()));
    expect(JSON.parse(watcher.cursor ?? '')).toMatchObject({ type: 'stream' });
    return changes;
  }

  describe('by the stream', () => {
    it('finds each insert, update and delete that matters, in their order, with the row as it was', async () => {
      await told.hset('user_actions:0', { kind: 'old' });
      const { watcher } = await watchTable(actions);
      await watcher.poll();
      await told.hset('user_actions:1', { user_id: 'u1', kind: 'begun' });
      await untilStreamed(watcher);
      await told.hset('user_actions:1', { kind: 'done' });
      await told.hset('user_actions:1', { kind: 'undone' });
      await told.multi().hset('user_actions:2', { user_id: 5, kind: 'begun' }).del('user_actions:1').exec();
      const changes = await watcher.poll();
      expect(changes.map(({ operation, row }) => ({ operation, row }))).toEqual([
        { operation: 'update', row: { id: 1, user_id: 'u1', kind: 'done' } },
        { operation: 'insert', row: { id: 2, user_id: 5, kind: 'begun' } },
        { operation: 'delete', row: { id: 1, user_id: 'u1', kind: 'undone' } },
      ]);
      expect(await watcher.poll()).toEqual([]);
    });

    it('says the same of a page that is read again, and gives no page too large', async () => {
      const { watcher, polling } = await watchTable(actions);
      await watcher.poll();
      await told.hset('user_actions:1', { user_id: 'u1' });
      await untilStreamed(watcher);
      const before = watcher.cursor;
      await Promise.all(
        Array.from({ length: 25 }, (__, index) => told.hset(`user_actions:n${index}`, { kind: 'begun' })),
      );
      const first = await polling.next(actions, { cursor: before, limit: 10 });
      expect([first.changes.length, first.isLast]).toEqual([10, false]);
      const all = await watcher.poll(10);
      expect(all).toHaveLength(25);
      watcher.cursor = before;
      expect(await watcher.poll(10)).toEqual(all);
      expect(new Set(all.map(({ identity }) => JSON.stringify(identity))).size).toBe(25);
    });

    it('takes entries of others, with the row or without', async () => {
      const { watcher } = await watchTable(actions);
      await watcher.poll();
      await told.hset('user_actions:1', { user_id: 'u1' });
      await untilStreamed(watcher);
      await plain.hset('user_actions:7', { user_id: 'u7' });
      await plain.xadd('skene:changes:user_actions', '*', { operation: 'insert', id: '7' });
      await plain.xadd('skene:changes:user_actions', '*', {
        operation: 'insert',
        id: '8',
        row: { user_id: 'u8', n: 3 },
      });
      await plain.xadd('skene:changes:user_actions', '*', { operation: 'insert', id: 'gone' });
      await plain.xadd('skene:changes:user_actions', '*', { something: 'else' });
      await plain.xadd('skene:changes:user_actions', '*', { operation: 'insert', id: '7', row: 'no { JSON' });
      expect((await watcher.poll()).map(({ row }) => row)).toEqual([
        { id: 7, user_id: 'u7' },
        { id: 8, user_id: 'u8', n: 3 },
        { id: 7, user_id: 'u7' },
      ]);
    });
  });

  describe('where there is no stream', () => {
    it('finds new and changed rows by looking at every key, but not what was there before', async () => {
      await plain.hset('user_actions:old', { kind: 'begun' });
      const { watcher, polling } = await watchTable(actions);
      await watcher.begin();
      await plain.hset('user_actions:fresh', { kind: 'begun', created_at: new Date(now + 1).toISOString() });
      expect(shown(await watcher.poll())).toEqual(['insert fresh']);
      await plain.hset('user_actions:new', { kind: 'begun' });
      await plain.hset('user_actions:old', { kind: 'done' });
      now += 60_000;
      expect(shown(await watcher.poll())).toEqual(['insert new', 'update old']);
      now += 60_000;
      expect(await watcher.poll()).toEqual([]);
      const { found, refused, advice } = await polling.check(actions);
      expect(found).toContain('by looking at every key');
      expect(refused).toMatchObject([{ operation: 'delete' }]);
      expect(advice.join(' ')).toContain('withSkene()');
    });

    it('hands on again what was not accepted, page by page', async () => {
      const { watcher, polling } = await watchTable(actions);
      await watcher.poll();
      await watcher.poll();
      const { cursor } = watcher;
      await Promise.all(
        Array.from({ length: 25 }, (__, index) => plain.hset(`user_actions:${index}`, { kind: 'begun' })),
      );
      now += 60_000;
      const page = await polling.next(actions, { cursor, limit: 10 });
      expect(page.changes).toHaveLength(10);
      expect((await polling.next(actions, { cursor, limit: 10 })).changes).toHaveLength(10);
      expect(await watcher.poll(10)).toHaveLength(25);
      now += 60_000;
      expect(await watcher.poll(10)).toEqual([]);
    });

    it('reads a sorted set that the application keeps, also rows that come late and many at a time', async () => {
      const tables = { users: { index: { created_at: 'users:by_time' } } };
      const users: Watch = {
        ...actions,
        table: 'users',
        lookups: [],
        changes: [{ operation: 'insert', equals: {} }],
      };
      const add = (id: string, score: number) =>
        plain
          .multi()
          .hset(`users:${id}`, { email: `${id}@example.com` })
          .zadd('users:by_time', { score, member: id })
          .exec();
      await add('old', now - 5);
      const { watcher, polling } = await watchTable(users, tables);
      await watcher.poll();
      for (let index = 0; index < 25; index += 1) await add(`n${index}`, now);
      const found = await watcher.poll(10);
      expect(found).toHaveLength(25);
      await add('late', now - 1);
      now += OVERLAP_MS;
      const again = await watcher.poll(10);
      expect(shown(again)).toContain('insert late');
      const identities = new Set([...found, ...again].map(({ identity }) => JSON.stringify(identity)));
      expect(identities.size).toBe(26);
      expect((await polling.check(users)).found).toBe('inserts by users:by_time');
    });
  });

  it('reads updates by a sorted set of their own, also one that is named later, or no more', async () => {
    const both: Watch = { ...actions, lookups: [], changes: actions.changes.slice(0, 2) };
    const byCreation = { created_at: 'made' };
    const first = await watchTable(both, { user_actions: { index: byCreation } });
    expect((await first.polling.check(both)).refused).toMatchObject([{ operation: 'update' }]);
    await first.watcher.poll();
    const byBoth = await watchTable(both, {
      user_actions: { index: { ...byCreation, updated_at: 'changed' } },
    });
    byBoth.watcher.cursor = first.watcher.cursor;
    await byBoth.watcher.poll();
    await plain.hset('user_actions:1', { kind: 'done' });
    await plain.zadd('made', { score: now, member: 'user_actions:1' });
    expect(shown(await byBoth.watcher.poll())).toEqual(['insert 1']);
    await plain.zadd('changed', { score: now, member: '1' });
    expect(shown(await byBoth.watcher.poll())).toContain('update 1');
    const neither = await watchTable(both);
    neither.watcher.cursor = byBoth.watcher.cursor;
    expect(await neither.watcher.poll()).toEqual([]);
    await plain.hset('user_actions:2', { kind: 'begun' });
    expect(shown(await neither.watcher.poll())).toEqual(['insert 2']);
  });

  it('goes over to the stream without missing a row or telling a change twice, while an older app still writes', async () => {
    const { watcher } = await watchTable(actions);
    let next = 0;
    const write = async (redis: Redis, count: number): Promise<void> => {
      for (let left = count; left > 0; left -= 1) {
        const id = `n${next++}`;
        await redis.hset(`user_actions:${id}`, { kind: 'begun' });
        await redis.hset(`user_actions:${id}`, { kind: 'done', last: 1 });
      }
    };
    await watcher.begin();
    await write(told, 5);
    const changes = await watcher.poll();
    for (let round = 0; round < 12; round += 1) {
      await write(told, 5);
      if (now < Date.now() + OVERLAP_MS - 10_000 && round < 6) await write(plain, 5);
      if (round % 2 === 0) changes.push(...(await watcher.poll(7)));
      now += 4_000;
    }
    changes.push(...(await watcher.poll(7)), ...(await watcher.poll(7)));
    const ids = (operation: string) =>
      new Set(changes.filter((change) => change.operation === operation).map(({ identity }) => identity[0]));
    const written = Array.from({ length: next }, (__, index) => `n${index}`);
    expect([...ids('insert')].sort()).toEqual(written.sort());
    const updates = new Map<unknown, Set<string>>();
    for (const { operation, identity } of changes)
      if (operation === 'update')
        updates.set(identity[0], (updates.get(identity[0]) ?? new Set()).add(JSON.stringify(identity)));
    expect([...updates.values()].filter((identities) => identities.size > 1)).toEqual([]);
    expect(JSON.parse(watcher.cursor ?? '')).toMatchObject({ type: 'stream' });
  });

  it('puts the rows that were there into the index, and then finds rows by it alone', async () => {
    await plain.hset('user_actions:before', { user_id: 'u1' });
    const { watcher, polling } = await watchTable(actions);
    await watcher.poll();
    await told.hset('user_actions:after', { user_id: 'u1' });
    expect((await polling.check(actions)).advice.join(' ')).toContain(
      'The index of user_actions by user_id is not complete',
    );
    await untilStreamed(watcher);
    now += OVERLAP_MS;
    await watcher.poll();
    expect((await polling.check(actions)).advice).toEqual([]);
    expect((await plain.smembers('skene:index:user_actions:user_id:u1')).sort()).toEqual(['after', 'before']);
  });

  it('tells how much is behind the cursor', async () => {
    const { watcher, polling } = await watchTable(actions);
    await watcher.poll();
    await told.hset('user_actions:1', { kind: 'begun' });
    await untilStreamed(watcher);
    await told.hset('user_actions:2', { kind: 'begun' });
    await told.hset('user_actions:3', { kind: 'begun' });
    const { rows, oldestAt = 0 } = await polling.backlog(actions, watcher.cursor ?? '');
    expect(rows).toBe(2);
    expect(Math.abs(oldestAt - Date.now())).toBeLessThan(10_000);
  });
});
