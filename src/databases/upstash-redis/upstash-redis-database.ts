import { ConfigError } from '../../errors/index.ts';
import { layoutOf, type TableLayout, type TableNames, toRow } from '../../hashes/index.ts';
import type { PolledDatabase } from '../database.ts';
import type { PollingPace } from '../polling-pace.ts';
import type { RedisClient } from './client.ts';
import { findIds, type IdSource, startDeadline } from './lookup.ts';
import { createPolling } from './polling.ts';
import { readRows } from './rows.ts';
import { selectRows } from './select.ts';

/** What our own look-ups may take. */
const USUAL_TIMEOUT_MS = 15_000;

/** What a Redis whose hashes are tables is made with. */
export interface RedisDatabaseOptions {
  /** What the configuration says of tables; the convention `users:{id}` for others. */
  tables?: Readonly<Record<string, TableNames>> | undefined;
  polling?: PollingPace | undefined;
}

/** An Upstash Redis whose hashes are tables. The application's keys are only read; what is kept for that begins with `skene:`. */
export function createRedisDatabase(
  client: RedisClient,
  { tables = {}, polling = {} }: RedisDatabaseOptions = {},
): PolledDatabase {
  const layout = (table: string): TableLayout => layoutOf(table, tables[table]);
  return {
    kind: 'upstash-redis',
    async select({ sql, select, params, timeoutMs }) {
      if (select === undefined)
        throw new ConfigError(
          'QUERY_FAILED',
          `Upstash Redis cannot be asked this, as it knows no SQL: ${sql}`,
          {
            hint: 'Conditions of loops can be, once they are compiled for it: with provider upstash-redis, or with its variables set.',
          },
        );
      const bindings = { params, now: (polling.now ?? Date.now)() };
      return selectRows(client, { plan: select, layout: layout(select.table), bindings, timeoutMs });
    },
    async find(table, column, value) {
      const found = layout(table);
      const values = [String(value)];
      const source: IdSource =
        column === found.id ? { type: 'keys', values } : { type: 'index', column, values };
      const deadline = startDeadline(USUAL_TIMEOUT_MS);
      for await (const ids of findIds(client, { layout: found, source, deadline })) {
        for await (const rows of readRows(client, { layout: found, ids, timeoutOf: deadline.left })) {
          const row = rows
            .map(({ fields }) => toRow(fields))
            .find((candidate) => String(candidate[column]) === String(value));
          if (row !== undefined) return row;
        }
      }
      return undefined;
    },
    polling: createPolling(client, layout, polling),
    close: async () => {},
  };
}
