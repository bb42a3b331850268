import type { Dialect } from '../../sql/index.ts';
import type { Table, TableSource, Unreadable } from '../model.ts';
import type { Repository } from '../repository.ts';
import type { Stack } from '../stack.ts';
import { readDrizzle } from './drizzle.ts';
import { type PrismaSource, readPrisma } from './prisma.ts';
import { readRedisHashes } from './redis-hashes.ts';
import { readSqlTables } from './sql-scripts.ts';
import { readPythonTables } from './sqlalchemy.ts';
import { readTypeOrm } from './typeorm.ts';

/** Every table that a repository declares. */
export interface TablesReading {
  tables: Table[];
  sources: PrismaSource[];
  problems: Unreadable[];
}

/** Who is believed first where several declare the same table: what code is written against, before what it was made into. */
const TRUST: readonly TableSource[] = [
  'prisma',
  'drizzle',
  'typeorm',
  'sqlalchemy',
  'sql',
  'alembic',
  'redis',
];

/** Reads the tables of every kind of declaration there is. A table that several declare is told of once. */
export async function readAllTables(repository: Repository, stack: Stack): Promise<TablesReading> {
  const prisma = await readPrisma(repository);
  const usual = usualDialect(stack);
  const found = [
    prisma.tables,
    await readDrizzle(repository),
    await readTypeOrm(repository),
    await readPythonTables(repository),
    await readSqlTables(repository, usual === 'other' ? undefined : usual),
    stack.databases.some(({ what }) => what === 'upstash-redis') ? await readRedisHashes(repository) : [],
  ].flat();
  found.sort((one, other) => TRUST.indexOf(one.source) - TRUST.indexOf(other.source));
  const tables = new Map<string, Table>();
  for (const table of found) {
    const key = `${table.dialect === 'redis' ? 'redis ' : ''}${table.name}`;
    if (!tables.has(key)) tables.set(key, { ...table, dialect: table.dialect ?? usual });
  }
  return { tables: [...tables.values()], sources: prisma.sources, problems: prisma.problems };
}

/** The one dialect that the drivers speak, where they speak one. */
function usualDialect({ databases }: Stack): Dialect | 'other' | undefined {
  const kinds = databases.map(({ what }) => what);
  if (kinds.length > 0 && kinds.every((kind) => kind === 'other')) return 'other';
  const isMysql = kinds.some((kind) => kind === 'mysql' || kind === 'planetscale');
  const isPostgres = kinds.some((kind) => kind === 'postgres' || kind === 'neon');
  if (isMysql === isPostgres) return undefined;
  return isMysql ? 'mysql' : 'postgres';
}
