import type { Watch } from '../../plan/index.ts';
import { CREATED_COLUMNS, UPDATED_COLUMNS } from '../row-identity.ts';

/** A column of a table, as information_schema has it. */
export interface Column {
  name: string;
  /** `datetime`, `bigint`, `varchar`... */
  type: string;
  isUnsigned: boolean;
  isAutoIncrement: boolean;
  /** Whether it is set to the time of each update. */
  changesOnUpdate: boolean;
  /** Whether an index begins with it. */
  isIndexed: boolean;
}

/** How a column's values are written into a statement, and grow. */
export type ColumnKind = 'time' | 'integer' | 'text' | 'bytes';

/** The order in which the changes of an operation are read. */
export interface Ordering {
  column: Column;
  kind: ColumnKind;
  id: Column;
  idKind: ColumnKind;
  /** The column that tells when a row was made, for the identity of an insert; the id, where no column says so for good. */
  made: string;
  /** For updates: the column with which the other is equal as long as a row was never updated. */
  unchanged?: string | undefined;
}

/** Why an operation cannot be polled. */
export interface Refusal {
  reason: string;
  hint: string;
}

const INTEGERS = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint'];

/** The kind of a column's values; nothing where they have no order that could be relied on. */
export function kindOf({ type }: Column): ColumnKind | undefined {
  if (type === 'datetime' || type === 'timestamp') return 'time';
  if (INTEGERS.includes(type)) return 'integer';
  if (['char', 'varchar', 'uuid'].includes(type)) return 'text';
  if (['binary', 'varbinary'].includes(type)) return 'bytes';
  return undefined;
}

/**
 * The order in which inserts or updates of a table are found: an id that the database counts up, as it always has an index, else
 * when the row was made; for updates, when it was last changed.
 */
export function orderingOf(
  watch: Watch,
  operation: 'insert' | 'update',
  columns: readonly Column[],
): Ordering | Refusal {
  const find = (name: string): Column | undefined => columns.find((column) => column.name === name);
  const id = find(watch.id);
  if (id === undefined) return noId(watch, columns);
  const idKind = kindOf(id);
  if (idKind === undefined)
    return {
      reason: `The key ${watch.table}.${watch.id} is ${id.type}, by which rows cannot be ordered.`,
      hint: `Name another: tables: { ${JSON.stringify(watch.table)}: { id: '...' } }.`,
    };

  const created = CREATED_COLUMNS.map(find).find((column) => column && isMade(column));
  const named = watch.cursor === undefined ? undefined : find(watch.cursor);
  const shared = { id, idKind, made: named?.name ?? created?.name ?? watch.id };
  if (operation === 'insert') {
    if (watch.cursor !== undefined) return byNamedColumn(watch, named, shared);
    const column = id.isAutoIncrement ? id : created;
    return column === undefined
      ? noCreated(watch, columns)
      : { ...shared, column, kind: kindOf(column) ?? 'time' };
  }
  const updated = UPDATED_COLUMNS.map(find).find((column) => column && kindOf(column) === 'time');
  if (updated === undefined) return noUpdated(watch);
  return {
    ...shared,
    column: updated,
    kind: 'time',
    unchanged: created?.type === updated.type ? created.name : undefined,
  };
}

/** Whether a column says when a row was made: MariaDB sets the first TIMESTAMP of a table anew with each update unless told not to. */
function isMade(column: Column): boolean {
  const kind = kindOf(column);
  return (kind === 'time' || kind === 'integer') && !column.changesOnUpdate;
}

function byNamedColumn(
  watch: Watch,
  column: Column | undefined,
  shared: Pick<Ordering, 'id' | 'idKind' | 'made'>,
): Ordering | Refusal {
  const where = `${watch.table}.${watch.cursor}, which the config names as cursor,`;
  const hint = 'Name a column that only grows: a time, a number, or text such as a ULID.';
  if (column === undefined) return { reason: `${where} is not there.`, hint };
  const kind = kindOf(column);
  if (kind === undefined || kind === 'bytes')
    return { reason: `${where} is ${column.type}, by which rows cannot be ordered.`, hint };
  if (column.changesOnUpdate) return { reason: `${where} changes with each update.`, hint };
  return { ...shared, column, kind };
}

function noId({ table, id }: Watch, columns: readonly Column[]): Refusal {
  return {
    reason: `The table ${table} has no column ${id}.`,
    hint: `Its key is set with tables: { ${JSON.stringify(table)}: { id: '...' } }. There is: ${columns
      .slice(0, 20)
      .map(({ name }) => name)
      .join(', ')}.`,
  };
}

function noCreated({ table, id }: Watch, columns: readonly Column[]): Refusal {
  const restless = columns.find(
    ({ name, changesOnUpdate }) => CREATED_COLUMNS.includes(name) && changesOnUpdate,
  );
  if (restless !== undefined)
    return {
      reason: `New rows of ${table} cannot be told from old ones: ${restless.name} changes with each update, and ${id} is no AUTO_INCREMENT.`,
      hint: `Take ON UPDATE CURRENT_TIMESTAMP away from ${restless.name}: ALTER TABLE ${table} MODIFY ${restless.name} TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6).`,
    };
  return {
    reason: `New rows of ${table} cannot be told from old ones: it has no column such as created_at, and ${id} is no AUTO_INCREMENT.`,
    hint: `Name a column that only grows (tables: { ${JSON.stringify(table)}: { cursor: '...' } }), or add one: ALTER TABLE ${table} ADD created_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), ADD INDEX (created_at).`,
  };
}

function noUpdated({ table }: Watch): Refusal {
  return {
    reason: `Updates of ${table} cannot be found: it has no column such as updated_at.`,
    hint: `Add one: ALTER TABLE ${table} ADD updated_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), ADD INDEX (updated_at).`,
  };
}
