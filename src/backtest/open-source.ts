import type { Database } from '../databases/index.ts';
import { createMysqlSource } from './mysql-source.ts';
import { createPostgresSource } from './postgres-source.ts';
import { createRedisSource } from './redis-source.ts';
import type { Source } from './source.ts';

/** Reads any database that loops stand on. */
export function sourceOf(database: Database): Source {
  switch (database.kind) {
    case 'postgres':
    case 'neon':
      return createPostgresSource(database);
    case 'mysql':
    case 'planetscale':
      return createMysqlSource(database);
    case 'upstash-redis':
      return createRedisSource(database);
  }
}
