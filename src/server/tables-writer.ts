import { databaseOf } from '../changes/index.ts';
import type { OpenDatabase } from '../databases/index.ts';
import type { Env } from '../env/index.ts';
import type { Deployment } from '../plan/index.ts';
import { createKeptTables, type KeptTablesWriter } from '../usage/index.ts';

/** What a writer of the team's tables needs. */
export interface TablesAccess {
  env: Env;
  deployment: Deployment;
  /** Opens the database the deployment was built for. */
  openDatabase: OpenDatabase;
  now: () => number;
}

/** Opens the tables that usage and subscriptions are written to; nothing is connected to before the first row. */
export function createTablesWriter({ env, deployment, openDatabase, now }: TablesAccess): KeptTablesWriter {
  const database = databaseOf(env, deployment.database, openDatabase);
  return createKeptTables({ database, tables: deployment.kept, now });
}
