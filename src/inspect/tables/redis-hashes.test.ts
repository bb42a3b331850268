import { describe, expect, it } from 'vitest';
import { memoryRepository } from '../memory-repository.ts';
import { readRedisHashes } from './redis-hashes.ts';

describe('the hashes that code writes', () => {
  it('are tables by the head of their keys, with the fields of every write', async () => {
    const code = `
      await redis.hset(\`users:\${id}\`, { id, email, created_at: now });
      await redis.pipeline().hset('users:' + id, { name }).exec();
      await redis.hset(\`app:action:\${user}-first\`, { user_id: user, action_type: 'x' });
      await redis.hset(\`cart:\${id}:items\`, { sku });
      await redis.hset('settings', { theme });`;
    const tables = await readRedisHashes(memoryRepository({ 'db.ts': code }));
    expect(tables.map(({ name, key, columns }) => [name, key, columns.map((column) => column.name)])).toEqual(
      [
        ['users', 'users:{id}', ['id', 'email', 'created_at', 'name']],
        ['action', 'app:action:{id}', ['user_id', 'action_type']],
        ['cart', 'cart:{id}:items', ['sku']],
      ],
    );
    expect(tables[1]?.columns[0]?.references).toEqual({ table: 'users', column: 'id' });
  });
});
