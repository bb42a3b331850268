/** How a table's rows lie in Redis. */
export interface TableLayout {
  table: string;
  /** The field that holds the row's id. A row that lacks it has it from its key. */
  id: string;
  /** The key of a row, with the id between braces: `users:{id}`. */
  key: string;
  /**
   * Indexes that the application keeps, by column: the key of the set, sorted set or list of the ids that one value has
   * (`user:{user_id}:actions`), or of the string that is the only id; or, without braces, the key of the sorted set that has every row,
   * scored by this column, a time.
   */
  index: Readonly<Record<string, string>>;
}

/** What a configuration says of a table. */
export interface TableNames {
  id?: string | undefined;
  key?: string | undefined;
  index?: Readonly<Record<string, string>> | undefined;
}

/** A hash, key of the rows -> JSON of a {@link WatchedTable}: the tables whose changes are to be written down. */
export const WATCHED_TABLES = 'skene:watched';

/** A hash, `table.column` -> JSON: how far the rows there were have been put into Skene's own index. */
export const INDEX_PROGRESS = 'skene:indexes';

/** What a writer has to know of a watched table. */
export interface WatchedTable {
  table: string;
  /** What the key of a row has before its id, and after it. */
  before: string;
  after: string;
  /** The changes that go into the stream. */
  operations: string[];
  /** The columns of which an index is kept. */
  indexes: string[];
}

/** Where a table's rows are, unless told otherwise: `users:{id}`. */
export function layoutOf(table: string, { id = 'id', key, index = {} }: TableNames = {}): TableLayout {
  return { table, id, key: key ?? `${table}:{${id}}`, index };
}

/** The stream to which the changes of a table are appended. */
export function streamKey(table: string): string {
  return `skene:changes:${table}`;
}

/**
 * A hash, row id -> a digest of how the row was when it was last looked at: for tables that nothing tells of, so that they are read
 * again and again. Each watcher has one of its own.
 */
export function seenKey(table: string, watcher: string): string {
  return `skene:seen:${table}:${watcher}`;
}

/** What tells writers of a table. */
export function watchedTable(
  { table, key }: TableLayout,
  { operations, indexes }: Pick<WatchedTable, 'operations' | 'indexes'>,
): WatchedTable {
  const [before, after] = edges(key);
  return { table, before, after, operations, indexes };
}

/** The key of the row with this id. */
export function rowKey({ key }: TableLayout, id: string): string {
  return filled(key, id);
}

/** The id of the row under a key, or `undefined` for the key of something else. An id has no colon. */
export function rowId({ key: pattern }: TableLayout, key: string): string | undefined {
  const [before, after] = edges(pattern);
  if (!key.startsWith(before) || !key.endsWith(after)) return undefined;
  const id = key.slice(before.length, key.length - after.length);
  return id === '' || id.includes(':') ? undefined : id;
}

/** What SCAN's MATCH takes for the keys of all rows; it also lets others through, see {@link rowId}. */
export function rowGlob({ key }: TableLayout): string {
  const [before, after] = edges(key).map((edge) => edge.replace(/[\\*?[\]^]/g, '\\$&'));
  return `${before}*${after}`;
}

/** The application's own index by the values of a column, or the one that `withSkene` keeps. */
export function indexKey(layout: TableLayout, column: string, value: string): string {
  const own = ownIndex(layout, column);
  return own === undefined ? `skene:index:${layout.table}:${column}:${value}` : filled(own, value);
}

/** Whether the application itself keeps an index by the values of a column. */
export function hasOwnIndex(layout: TableLayout, column: string): boolean {
  return ownIndex(layout, column) !== undefined;
}

/** The sorted set that has all rows, scored by a time; `undefined` when the application keeps none for these columns. */
export function orderKey({ index }: TableLayout, columns: readonly string[]): string | undefined {
  const column = columns.find((name) => index[name] !== undefined && !isPattern(index[name]));
  return column === undefined ? undefined : index[column];
}

function ownIndex({ index }: TableLayout, column: string): string | undefined {
  const own = Object.hasOwn(index, column) ? index[column] : undefined;
  return own !== undefined && isPattern(own) ? own : undefined;
}

function isPattern(key: string): boolean {
  return key.includes('{');
}

function filled(pattern: string, value: string): string {
  const [before, after] = edges(pattern);
  return `${before}${value}${after}`;
}

function edges(pattern: string): [string, string] {
  const [before = '', after = ''] = pattern.split(/\{\w+\}/);
  return [before, after];
}
