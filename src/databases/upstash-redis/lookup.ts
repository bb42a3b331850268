import { ProviderError } from '../../errors/index.ts';
import {
  hasOwnIndex,
  INDEX_PROGRESS,
  indexKey,
  rowId,
  rowKey,
  type TableLayout,
} from '../../hashes/index.ts';
import type { RedisClient } from './client.ts';
import { isComplete } from './index-progress.ts';
import { scanIds } from './rows.ts';

/** Where ids are looked for, with text for every value. */
export type IdSource =
  | { type: 'keys'; values: readonly string[] }
  | { type: 'index'; column: string; values: readonly string[] }
  | { type: 'scan' };

/** A limit of time. */
export interface Deadline {
  /** What is left of it, in ms. */
  left(): number;
}

/** Starts a limit of time. */
export function startDeadline(timeoutMs: number): Deadline {
  const end = performance.now() + timeoutMs;
  return { left: () => end - performance.now() };
}

/**
 * The ids of rows that may be meant, page by page: those an index lists cost one request, however many rows the table has. Where
 * there is no index, or not all rows are in it yet, every key is looked at.
 * @throws {ProviderError} PROVIDER_UNAVAILABLE when the time is up before all keys were looked at.
 */
export async function* findIds(
  client: RedisClient,
  { layout, source, deadline }: { layout: TableLayout; source: IdSource; deadline: Deadline },
): AsyncGenerator<string[]> {
  if (source.type === 'keys') {
    yield distinctIds(source.values, layout);
    return;
  }
  if (source.type === 'index') {
    const listed = await readIndex(client, { layout, ...source, deadline });
    if (listed !== undefined) {
      yield distinctIds(listed, layout);
      return;
    }
  }
  yield* scanAll(client, { layout, source, deadline });
}

/** Without what is no id: the key that it makes would be another thing's. */
function distinctIds(ids: readonly string[], layout: TableLayout): string[] {
  return [...new Set(ids)].filter((id) => rowId(layout, rowKey(layout, id)) === id);
}

async function* scanAll(
  client: RedisClient,
  { layout, source, deadline }: { layout: TableLayout; source: IdSource; deadline: Deadline },
): AsyncGenerator<string[]> {
  let cursor = '0';
  do {
    if (deadline.left() <= 0) throw tooManyRows(layout, source);
    const page = await scanIds(client, { layout, cursor, timeoutMs: deadline.left() });
    yield page.ids;
    cursor = page.cursor;
  } while (cursor !== '0');
}

function tooManyRows({ table }: TableLayout, source: IdSource): ProviderError {
  const by = source.type === 'index' ? ` by ${source.column}` : '';
  return new ProviderError(
    'PROVIDER_UNAVAILABLE',
    `Not all rows of ${table} could be looked at in time: they have no index${by} that is complete.`,
    {
      hint:
        source.type === 'index'
          ? `Write through withSkene() of @skene/sdk/upstash-redis, which keeps one, or name your own: tables: { ${table}: { index: { ${source.column}: '…:{${source.column}}' } } }. skene doctor says how far it is.`
          : 'Name in the query what an index can be kept of: WHERE user_id = $1.',
    },
  );
}

interface IndexLookup {
  layout: TableLayout;
  column: string;
  values: readonly string[];
  deadline: Deadline;
}

function readIndex(client: RedisClient, lookup: IndexLookup): Promise<string[] | undefined> {
  return hasOwnIndex(lookup.layout, lookup.column) ? readOwn(client, lookup) : readKept(client, lookup);
}

/** What the index that `withSkene` keeps lists; nothing where it has not all rows yet. */
async function readKept(
  client: RedisClient,
  { layout, column, values, deadline }: IndexLookup,
): Promise<string[] | undefined> {
  // Upstash's client writes what is no string, such as a date, as JSON.
  const texts = values.flatMap((value) => [value, JSON.stringify(value)]);
  const [progress, ...lists] = await client.ask(
    (pipeline) => {
      pipeline.hget(INDEX_PROGRESS, `${layout.table}.${column}`);
      for (const text of texts) pipeline.smembers(indexKey(layout, column, text));
    },
    { timeoutMs: deadline.left() },
  );
  return isComplete(progress) ? lists.flatMap((list) => list as string[]) : undefined;
}

/** What the application's own index lists: ids, or the rows' keys. */
async function readOwn(
  client: RedisClient,
  { layout, column, values, deadline }: IndexLookup,
): Promise<string[]> {
  const keys = values.map((value) => indexKey(layout, column, value));
  const types = await client.ask((pipeline) => void keys.map((key) => pipeline.type(key)), {
    timeoutMs: deadline.left(),
  });
  const lists = await client.ask(
    (pipeline) => {
      for (const [index, key] of keys.entries()) {
        if (types[index] === 'zset') pipeline.zrange(key, 0, -1);
        else if (types[index] === 'list') pipeline.lrange(key, 0, -1);
        else if (types[index] === 'string') pipeline.get(key);
        else pipeline.smembers(key);
      }
    },
    { timeoutMs: deadline.left() },
  );
  const members = lists.flatMap((list) => list as string | string[]);
  return members.map((member) => rowId(layout, member) ?? member);
}
