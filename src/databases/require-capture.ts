import { ConfigError } from '../errors/index.ts';
import type { CapturingDatabase, Database } from './database.ts';

/** The same database, known to capture changes by triggers. @throws {ConfigError} CONFIG_INVALID when it is one that is polled. */
export function requireCapture(database: Database): CapturingDatabase {
  if (database.capture !== undefined) return database;
  throw new ConfigError(
    'CONFIG_INVALID',
    `A ${database.kind} database is polled: nothing is written to it.`,
    {
      hint: 'Triggers and an outbox are for PostgreSQL.',
    },
  );
}
