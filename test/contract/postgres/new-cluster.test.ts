import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyNewCluster } from '../../../src/dev/postgres/new-cluster.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skene-new-cluster-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function tablesAfter(cluster: string, sql: string): Promise<unknown[]> {
  const database = await PGlite.create(cluster);
  await database.exec(sql);
  const { rows } = await database.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
  await database.close();
  return rows;
}

describe('a new cluster', () => {
  it('is made once, also when two need one at the same time, and copied for each', async () => {
    const cache = join(folder, 'cache');
    const clusters = ['first', 'second', 'third'].map((name) => join(folder, name));
    const [first = '', second = '', third = ''] = clusters;
    await Promise.all([copyNewCluster(first, cache), copyNewCluster(second, cache)]);
    expect(await tablesAfter(first, 'CREATE TABLE users (id int)')).toHaveLength(1);
    const [kept = ''] = readdirSync(cache);
    const made = statSync(join(cache, kept)).ino;
    await copyNewCluster(third, cache);
    expect([readdirSync(cache), statSync(join(cache, kept)).ino]).toEqual([[kept], made]);
    for (const cluster of [second, third]) expect(await tablesAfter(cluster, '')).toEqual([]);
  });

  it('is left for PostgreSQL to make where none can be kept', async () => {
    const cache = join(folder, 'a-file');
    writeFileSync(cache, '');
    await copyNewCluster(join(folder, 'first'), cache);
    expect(existsSync(join(folder, 'first'))).toBe(false);
  });
});
