import { RequestError } from './request-error.ts';

/** What a filter reads off an item: nothing, one value or several. */
export type FilterValue = string | number | readonly string[] | undefined;

/** The query parameters an endpoint filters by, each with what it compares. */
export type Filterable = Record<string, FilterValue>;

/** All values of a query parameter: repeated or separated by commas, as QStash reads them. */
export function readValues(query: URLSearchParams, name: string): string[] {
  return query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '');
}

/** A whole number from the query. Throws a 400 when it is none or out of range. */
export function readCount(query: URLSearchParams, bounds: { fallback: number; max: number }): number {
  const text = query.get('count');
  if (text === null || text === '') return bounds.fallback;
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw new RequestError(400, `invalid count "${text}"`);
  return Math.min(Number(text), bounds.max);
}

function readTime(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const time = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(time)) throw new RequestError(400, `invalid ${name} "${text}": give unix milliseconds`);
  return time;
}

function intersects(wanted: ReadonlySet<string>, value: FilterValue): boolean {
  if (value === undefined) return false;
  if (typeof value === 'object') return value.some((one) => wanted.has(one));
  return wanted.has(String(value));
}

/**
 * A predicate from the filters in a query: several values of one parameter are alternatives, different parameters
 * must all hold, `fromDate` and `toDate` (inclusive) bound `time`. Parameters an item does not know are ignored.
 */
export function readFilter<TItem>(
  query: URLSearchParams,
  describe: (item: TItem) => { time: number; values: Filterable },
): (item: TItem) => boolean {
  const from = readTime(query, 'fromDate') ?? Number.NEGATIVE_INFINITY;
  const to = readTime(query, 'toDate') ?? Number.POSITIVE_INFINITY;
  const wanted = [...new Set(query.keys())]
    .map((name) => [name, new Set(readValues(query, name))] as const)
    .filter(([, values]) => values.size > 0);
  return (item) => {
    const { time, values } = describe(item);
    if (time < from || time > to) return false;
    return wanted.every(
      ([name, allowed]) => !Object.hasOwn(values, name) || intersects(allowed, values[name]),
    );
  };
}

/** Host and path of a URL, as `host=` and `path=` filter by them. */
export function hostAndPath(url: string): { host: string; path: string } {
  if (!URL.canParse(url)) return { host: '', path: '' };
  const { host, pathname } = new URL(url);
  return { host, path: pathname };
}

/**
 * One page of `items`, which come newest first, and the cursor of the next page unless this is the last. A cursor is
 * the order of the last item seen, so that it also holds when the items before it are gone.
 */
export function paginate<TItem extends { order: number }>(
  items: Iterable<TItem>,
  page: { cursor: string | null; count: number },
): { items: TItem[]; cursor?: string } {
  const after = readCursor(page.cursor);
  const found: TItem[] = [];
  for (const item of items) {
    if (item.order >= after) continue;
    const last = found.at(-1);
    if (found.length === page.count && last !== undefined)
      return { items: found, cursor: String(last.order) };
    found.push(item);
  }
  return { items: found };
}

function readCursor(cursor: string | null): number {
  if (cursor === null || cursor === '') return Number.POSITIVE_INFINITY;
  if (!/^\d{1,15}$/.test(cursor)) throw new RequestError(400, `invalid cursor "${cursor}"`);
  return Number(cursor);
}

/** The items of a map, newest first. */
export function newestFirst<TItem>(items: ReadonlyMap<string, TItem>): TItem[] {
  return [...items.values()].reverse();
}
