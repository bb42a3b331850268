import type { World } from '../../../src/testing/index.ts';

/** Everything in a world's Redis, keys and values, to be searched or compared. */
export async function redisText(world: World): Promise<string> {
  const { url, token } = world.stack.env.redis;
  async function run(...command: string[]): Promise<unknown> {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(command) });
    return ((await answer.json()) as { result: unknown }).result;
  }
  const keys = ((await run('KEYS', '*')) as string[]).sort();
  const values = await Promise.all(
    keys.map(async (key) => {
      const type = await run('TYPE', key);
      if (type === 'hash') return run('HGETALL', key);
      return type === 'zset' ? run('ZRANGE', key, '0', '-1') : run('GET', key);
    }),
  );
  return JSON.stringify([keys, values]);
}
