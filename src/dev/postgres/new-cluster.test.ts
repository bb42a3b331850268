import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyNewCluster } from './new-cluster.ts';

let folder: string;
let made: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skene-new-cluster-test-'));
  made = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function make(cluster: string): Promise<void> {
  made += 1;
  const text = `cluster ${made}`;
  await new Promise((resolve) => setImmediate(resolve));
  writeFileSync(join(cluster, 'PG_VERSION'), text);
}

/** Copies a cluster into a folder of that name, and reads what is in it. */
async function copy(name: string, cache = 'cache'): Promise<string> {
  await copyNewCluster(join(folder, name), { make, cache: join(folder, cache) });
  return readFileSync(join(folder, name, 'PG_VERSION'), 'utf8');
}

describe('a new cluster', () => {
  it('is a copy of the first that was made', async () => {
    expect([await copy('first'), await copy('second')]).toEqual(['cluster 1', 'cluster 1']);
    expect([made, readdirSync(join(folder, 'cache'))]).toEqual([
      1,
      [expect.stringMatching(/^pglite-[\d.]+$/)],
    ]);
  });

  it('is complete, and the same for all afterwards, when two make one at the same time', async () => {
    const both = await Promise.all([copy('first'), copy('second')]);
    expect(made).toBe(2);
    expect(new Set([...both, await copy('third')]).size).toBe(1);
    expect(readdirSync(join(folder, 'cache'))).toHaveLength(1);
  });

  it('is copied, and none is made to be kept, for who needs but one', async () => {
    const options = { cache: join(folder, 'cache') };
    await copyNewCluster(join(folder, 'first'), options);
    expect([existsSync(join(folder, 'first')), existsSync(options.cache)]).toEqual([false, false]);
    await copy('second');
    await copyNewCluster(join(folder, 'third'), options);
    expect(readFileSync(join(folder, 'third', 'PG_VERSION'), 'utf8')).toBe('cluster 1');
  });

  it('is not kept when its making fails', async () => {
    await expect(
      copyNewCluster(join(folder, 'first'), {
        cache: join(folder, 'cache'),
        make: async (cluster) => {
          writeFileSync(join(cluster, 'half'), '');
          throw new Error('The disk is full.');
        },
      }),
    ).resolves.toBeUndefined();
    expect([existsSync(join(folder, 'first')), readdirSync(join(folder, 'cache'))]).toEqual([false, []]);
    expect(await copy('second')).toBe('cluster 1');
  });

  it('is left to be made in its place where none can be kept', async () => {
    writeFileSync(join(folder, 'a-file'), '');
    await copyNewCluster(join(folder, 'first'), { make, cache: join(folder, 'a-file') });
    expect([made, existsSync(join(folder, 'first'))]).toEqual([0, false]);
  });
});
