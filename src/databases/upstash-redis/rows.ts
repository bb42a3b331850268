import type { Fields, TableLayout } from '../../hashes/index.ts';
import { rowGlob, rowId, rowKey } from '../../hashes/index.ts';
import type { RedisClient } from './client.ts';

/** A row and its id. */
export interface KeyedRow {
  id: string;
  fields: Fields;
}

/** Rows per request. */
const READ_ROWS = 200;

/** Keys that one SCAN looks at. */
const SCANNED_KEYS = 1_000;

/** The fields of a hash from what HGETALL answers. */
export function toFields(reply: unknown): Fields | undefined {
  if (!Array.isArray(reply) || reply.length === 0) return undefined;
  const fields: Record<string, string> = {};
  for (let at = 0; at < reply.length; at += 2) fields[String(reply[at])] = String(reply[at + 1]);
  return fields;
}

/** Reads rows by their ids; those that are not there are left out. @param timeoutOf how long a request may take, in ms. */
export async function* readRows(
  client: RedisClient,
  { layout, ids, timeoutOf }: { layout: TableLayout; ids: readonly string[]; timeoutOf?: () => number },
): AsyncGenerator<KeyedRow[]> {
  for (let at = 0; at < ids.length; at += READ_ROWS) {
    const some = ids.slice(at, at + READ_ROWS);
    const replies = await client.ask((pipeline) => {
      for (const id of some) pipeline.hgetall(rowKey(layout, id));
    }, timeoutOf && { timeoutMs: timeoutOf() });
    yield some.flatMap((id, index) => {
      const fields = toFields(replies[index]);
      return fields === undefined ? [] : [{ id, fields: withId(fields, layout, id) }];
    });
  }
}

/** A row that lacks its id has it from its key. */
export function withId(fields: Fields, { id: column }: TableLayout, id: string): Fields {
  return Object.hasOwn(fields, column) ? fields : { [column]: id, ...fields };
}

/** A page of SCAN: ids of rows, and where the next begins; `0` when there is none. An id may be met twice. */
export async function scanIds(
  client: RedisClient,
  { layout, cursor, timeoutMs }: { layout: TableLayout; cursor: string; timeoutMs?: number },
): Promise<{ ids: string[]; cursor: string }> {
  const [reply] = await client.ask(
    (pipeline) => pipeline.scan(cursor, { match: rowGlob(layout), count: SCANNED_KEYS, type: 'hash' }),
    timeoutMs === undefined ? undefined : { timeoutMs },
  );
  const [next, keys] = reply as [string | number, string[]];
  const ids = keys.map((key) => rowId(layout, key)).filter((id) => id !== undefined);
  return { ids: [...new Set(ids)], cursor: String(next) };
}
