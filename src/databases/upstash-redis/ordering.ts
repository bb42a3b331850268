import type { RowOperation } from '../../events/index.ts';
import { orderKey, rowId, type TableLayout } from '../../hashes/index.ts';
import type { Watch } from '../../plan/index.ts';
import type { Backlog } from '../database.ts';
import { afterPage, nextPass, type Pass, type Position, type Progress } from '../progress.ts';
import { CREATED_COLUMNS, UPDATED_COLUMNS } from '../row-identity.ts';
import { digestOf, type FoundChange } from './changes.ts';
import type { RedisClient } from './client.ts';
import { readRows } from './rows.ts';

/** How far the application's sorted sets of a table have been read. */
export interface OrderPlace {
  type: 'order';
  insert?: Progress | undefined;
  update?: Progress | undefined;
  /** Which of them is being read; nothing between two rounds. */
  turn?: OrderedOperation | undefined;
}

/** What a sorted set can tell. */
type OrderedOperation = 'insert' | 'update';

/** The sorted sets that tell of a watch's operations. */
export type OrderKeys = Partial<Record<OrderedOperation, string>>;

const MOST_COUNTED = 1_000;

/** Which operations of a watch the application's own sorted sets tell of: inserts by when rows were made, updates by when they changed. */
export function orderKeys(watch: Watch, layout: TableLayout): OrderKeys {
  const operations = new Set<RowOperation>(watch.changes.map(({ operation }) => operation));
  const made = watch.cursor === undefined ? CREATED_COLUMNS : [watch.cursor];
  const insert = operations.has('insert') ? orderKey(layout, made) : undefined;
  const update = operations.has('update') ? orderKey(layout, UPDATED_COLUMNS) : undefined;
  return { ...(insert && { insert }), ...(update && { update }) };
}

/** The place behind the newest members there are, for every sorted set that is not being read yet. */
export async function beginOrder(
  client: RedisClient,
  keys: OrderKeys,
  known: OrderPlace = { type: 'order' },
): Promise<OrderPlace> {
  const begun: OrderPlace = { type: 'order', turn: known.turn };
  for (const operation of operationsOf(keys)) {
    const key = keys[operation] ?? '';
    const progress = known[operation];
    begun[operation] = progress?.column === key ? progress : await beginAt(client, key);
  }
  return begun;
}

async function beginAt(client: RedisClient, key: string): Promise<Progress> {
  const [reply] = await client.ask((pipeline) => pipeline.zrange(key, 0, 0, { rev: true, withScores: true }));
  const [floor] = positionsOf(reply);
  return { column: key, floor, settled: floor?.value, top: floor?.value };
}

function operationsOf(keys: OrderKeys): OrderedOperation[] {
  return (['insert', 'update'] as const).filter((operation) => keys[operation] !== undefined);
}

interface OrderOptions {
  layout: TableLayout;
  /** At least one. */
  keys: OrderKeys;
  place: OrderPlace;
  limit: number;
  overlapMs: number;
  now: () => number;
}

/** The next members of the sorted set whose turn it is, and their rows. */
export async function orderPage(
  client: RedisClient,
  { layout, keys, place: known, limit, overlapMs, now }: OrderOptions,
): Promise<{ found: FoundChange[]; place: OrderPlace; isLast: boolean }> {
  const place = await beginOrder(client, keys, known);
  const operations = operationsOf(keys);
  const index = place.turn === undefined ? 0 : Math.max(0, operations.indexOf(place.turn));
  const operation = operations[index] ?? 'insert';
  const progress = place[operation];
  if (progress === undefined) return { found: [], place: { ...place, turn: undefined }, isLast: true };
  const pass = nextPass(progress, now(), overlapMs);
  const positions = await readPositions(client, { key: progress.column, pass, limit });
  const isEnd = positions.length < limit;
  const next = afterPage(progress, pass, { last: positions.at(-1), isEnd, now: now() });
  const found = await rowsAt(client, { layout, operation, positions, at: now() });
  const turn = isEnd ? operations[index + 1] : operation;
  return { found, place: { ...place, [operation]: next, turn }, isLast: turn === undefined };
}

/** How many members lie behind a place. */
export async function orderBacklog(
  client: RedisClient,
  keys: OrderKeys,
  place: OrderPlace,
): Promise<Backlog> {
  const asked = (['insert', 'update'] as const).flatMap((operation) => {
    const key = keys[operation];
    const top = place[operation]?.top;
    const min = top === undefined ? ('-inf' as const) : (`(${Number(top)}` as const);
    return key === undefined ? [] : [{ key, min }];
  });
  if (asked.length === 0) return { rows: 0 };
  const counts = await client.ask((pipeline) => {
    for (const { key, min } of asked) pipeline.zcount(key, min, '+inf');
  });
  const rows = counts.reduce<number>((sum, count) => sum + Number(count), 0);
  return { rows: Math.min(MOST_COUNTED, rows) };
}

/** Members from where a pass is, in the order of score and bytes. Many may have one score: those that were read are passed over. */
async function readPositions(
  client: RedisClient,
  { key, pass, limit }: { key: string; pass: Pass; limit: number },
): Promise<Position[]> {
  const { from, after } = pass;
  const scores = [from, after?.value].filter((score) => score !== undefined).map(Number);
  const min = scores.length === 0 ? '-inf' : Math.max(...scores);
  const found: Position[] = [];
  for (let offset = 0; found.length < limit; offset += limit) {
    const [reply] = await client.ask((pipeline) =>
      pipeline.zrange(key, min, '+inf', { byScore: true, offset, count: limit, withScores: true }),
    );
    const positions = positionsOf(reply);
    found.push(...positions.filter((position) => after === undefined || comesAfter(position, after)));
    if (positions.length < limit) break;
  }
  return found.slice(0, limit);
}

function comesAfter(position: Position, after: Position): boolean {
  const difference = Number(position.value) - Number(after.value);
  return (
    difference > 0 ||
    (difference === 0 && Buffer.compare(Buffer.from(position.id), Buffer.from(after.id)) > 0)
  );
}

function positionsOf(reply: unknown): Position[] {
  const members = (reply as string[] | null) ?? [];
  const positions: Position[] = [];
  for (let at = 0; at < members.length; at += 2)
    positions.push({ id: String(members[at]), value: String(members[at + 1]) });
  return positions;
}

async function rowsAt(
  client: RedisClient,
  {
    layout,
    operation,
    positions,
    at,
  }: { layout: TableLayout; operation: OrderedOperation; positions: readonly Position[]; at: number },
): Promise<FoundChange[]> {
  const scores = new Map(positions.map(({ id, value }) => [rowId(layout, id) ?? id, value]));
  const found: FoundChange[] = [];
  for await (const rows of readRows(client, { layout, ids: [...scores.keys()] })) {
    for (const { id, fields } of rows)
      found.push({ operation, id, fields, seen: `${scores.get(id)} ${digestOf(fields)}`, at });
  }
  return found;
}
