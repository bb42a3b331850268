import { expect, it } from 'vitest';
import { ConfigError } from '../../errors/index.ts';
import { layoutOf } from '../../hashes/index.ts';
import type { Watch } from '../../plan/index.ts';
import { createRegistry, whereWritable } from './registry.ts';

const layout = layoutOf('users');
const watch = (operation: 'insert' | 'update', lookups: string[]): Watch => ({
  table: 'users',
  id: 'id',
  subjects: ['id'],
  lookups,
  changes: [{ operation, equals: {} }],
});

/** Keeps one hash, as far as the registry asks. */
function createHash() {
  const kept = new Map<string, string>();
  let requests = 0;
  return {
    kept,
    count: () => requests,
    async ask(commands: (pipeline: never) => unknown): Promise<unknown[]> {
      requests += 1;
      const replies: unknown[] = [];
      const pipeline = {
        hget: (_key: string, field: string) => replies.push(kept.get(field) ?? null),
        hset: (_key: string, fields: Record<string, string>) => {
          for (const [field, value] of Object.entries(fields)) kept.set(field, value);
          replies.push(1);
        },
      };
      commands(pipeline as never);
      return replies;
    },
  };
}

it('tells writers what every deployment needs, and asks again after a minute only', async () => {
  const hash = createHash();
  let now = 0;
  const register = createRegistry(hash, () => now);
  await register(watch('insert', ['email']), layout);
  await createRegistry(hash, () => now)(watch('update', ['plan']), layout);
  expect(JSON.parse(hash.kept.get('users:{id}') ?? '')).toEqual({
    table: 'users',
    before: 'users:',
    after: '',
    operations: ['insert', 'update'],
    indexes: ['email', 'plan'],
  });
  const before = hash.count();
  await register(watch('insert', ['email']), layout);
  expect(hash.count()).toBe(before);
  hash.kept.clear();
  now += 60_000;
  await register(watch('insert', ['email']), layout);
  expect(hash.kept.size).toBe(1);
});

it('keeps no index that the application keeps', async () => {
  const hash = createHash();
  const own = layoutOf('users', { index: { email: 'user:{email}' } });
  await createRegistry(hash, () => 0)(watch('insert', ['email', 'plan']), own);
  expect(JSON.parse(hash.kept.get('users:{id}') ?? '').indexes).toEqual(['plan']);
});

it('a token that may only read is no failure, anything else is', async () => {
  const refuse = (message: string) => async () => {
    throw new ConfigError('QUERY_FAILED', message);
  };
  await whereWritable(refuse('The token may not do what is needed: NOPERM this user has no permissions'));
  await expect(whereWritable(refuse('WRONGTYPE'))).rejects.toThrow('WRONGTYPE');
});
