import { type Database, deployedDatabase, type OpenDatabase } from '../databases/index.ts';
import type { Env } from '../env/index.ts';
import type { Deployment } from '../plan/index.ts';

/** Opens the team's database once, when first asked for. */
export function databaseOf(
  env: Env,
  database: Deployment['database'],
  openDatabase: OpenDatabase,
): () => Promise<Database> {
  return once(async () => openDatabase(deployedDatabase(env, database)));
}

/** Opens something once, when first asked for; a failed attempt is not remembered. */
export function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
