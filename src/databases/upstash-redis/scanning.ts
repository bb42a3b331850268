import { randomUUID } from 'node:crypto';
import { type Fields, seenKey, type TableLayout, timeOf } from '../../hashes/index.ts';
import type { Watch } from '../../plan/index.ts';
import { CREATED_COLUMNS } from '../row-identity.ts';
import { digestOf, type FoundChange } from './changes.ts';
import type { RedisClient } from './client.ts';
import { readRows, scanIds } from './rows.ts';

/** How far a table has been looked at, key by key. */
export interface ScanPlace {
  type: 'scan';
  /** Tells this watcher's memory from another's. */
  watcher: string;
  /** Where SCAN goes on; `0` where a pass begins. */
  at: string;
  /** When watching began, ms since the epoch, until every row that was there has been met: these are no news. */
  since?: number | undefined;
  /** Rows that were handed on with the last page, id and digest: remembered once that page is settled. */
  handed: Array<[string, string]>;
  /** How many pages of SCAN this pass has had, when it began, and when the next may; ms since the epoch. */
  pages: number;
  began: number;
  next: number;
}

/** A pass of more pages is followed by a rest so many times as long: a large database is looked at for a tenth of the time at most. */
const FREE_PAGES = 10;
const REST = 9;

/** A watcher that has not come for so long begins anew. */
const REMEMBERED_SECONDS = 8 * 86_400;

/** The place at which looking at every key begins. */
export function beginScan(now: number): ScanPlace {
  return {
    type: 'scan',
    watcher: randomUUID(),
    at: '0',
    since: now,
    handed: [],
    pages: 0,
    began: now,
    next: now,
  };
}

/** Looks at the next keys, and finds rows that are new or, where that matters, have changed. */
export async function scanPage(
  client: RedisClient,
  {
    watch,
    layout,
    place,
    limit,
    now,
  }: { watch: Watch; layout: TableLayout; place: ScanPlace; limit: number; now: () => number },
): Promise<{ found: FoundChange[]; place: ScanPlace; isLast: boolean }> {
  const seen = seenKey(layout.table, place.watcher);
  await remember(client, seen, place.handed);
  const settled = { ...place, handed: [] };
  if (place.at === '0' && now() < place.next) return { found: [], place: settled, isLast: true };
  const pass = place.at === '0' ? { began: now(), pages: 1 } : { began: place.began, pages: place.pages + 1 };

  const { ids, cursor } = await scanIds(client, { layout, cursor: place.at });
  const { news, old } = await lookAt(client, {
    seen,
    layout,
    ids,
    readsKnown: watchesUpdates(watch),
    since: place.since,
  });
  await remember(client, seen, old);
  const handed = news.slice(0, limit);
  const found = handed.map(
    ({ operation, id, fields, digest }): FoundChange => ({ operation, id, fields, seen: digest, at: now() }),
  );
  const next: ScanPlace = { ...settled, ...pass, handed: handed.map(({ id, digest }) => [id, digest]) };
  // What did not fit is met again at the same place of SCAN.
  if (handed.length < news.length) return { found, place: { ...next, at: place.at }, isLast: false };
  if (cursor !== '0') return { found, place: { ...next, at: cursor }, isLast: false };
  const rest = pass.pages > FREE_PAGES ? REST * (now() - pass.began) : 0;
  return { found, place: { ...next, at: '0', since: undefined, next: now() + rest }, isLast: true };
}

interface Sighting {
  operation: 'insert' | 'update';
  id: string;
  fields: Fields;
  digest: string;
}

interface Look {
  seen: string;
  layout: TableLayout;
  ids: readonly string[];
  readsKnown: boolean;
  since: number | undefined;
}

async function lookAt(
  client: RedisClient,
  { seen, layout, ids, readsKnown, since }: Look,
): Promise<{ news: Sighting[]; old: Array<[string, string]> }> {
  if (ids.length === 0) return { news: [], old: [] };
  const [digests] = await client.ask((pipeline) => pipeline.hmget(seen, ...ids));
  const known = new Map(ids.map((id, index) => [id, (digests as Array<string | null>)[index] ?? undefined]));
  const read = readsKnown ? ids : ids.filter((id) => known.get(id) === undefined);
  const news: Sighting[] = [];
  const old: Array<[string, string]> = [];
  for await (const rows of readRows(client, { layout, ids: read })) {
    for (const { id, fields } of rows) {
      const digest = digestOf(fields);
      const before = known.get(id);
      if (before === digest) continue;
      if (before === undefined && since !== undefined && !isMadeSince(fields, since)) old.push([id, digest]);
      else news.push({ operation: before === undefined ? 'insert' : 'update', id, fields, digest });
    }
  }
  return { news, old };
}

async function remember(
  client: RedisClient,
  seen: string,
  rows: ReadonlyArray<[string, string]>,
): Promise<void> {
  if (rows.length === 0) return;
  await client.ask((pipeline) => {
    pipeline.hset(seen, Object.fromEntries(rows));
    pipeline.expire(seen, REMEMBERED_SECONDS);
  });
}

function watchesUpdates({ changes }: Watch): boolean {
  return changes.some(({ operation }) => operation === 'update');
}

/** Whether a row says that it was made after watching had begun: then it is news, although it is met for the first time. */
function isMadeSince(fields: Fields, since: number): boolean {
  const column = CREATED_COLUMNS.find((name) => fields[name] !== undefined);
  const made = column === undefined ? undefined : timeOf(fields[column] ?? '');
  return made !== undefined && made >= since;
}
