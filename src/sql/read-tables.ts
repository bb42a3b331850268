import type { DeclaredTable, SchemaScript, StatementPlace } from './declared.ts';
import { readColumn, readConstraint } from './read-column.ts';
import { createCursor, splitAt, stringOf, type TokenCursor } from './token-cursor.ts';
import { isWord, type Token, tokenize } from './tokens.ts';

/** The schema as far as it has been read. */
interface Schema {
  tables: Map<string, DeclaredTable>;
  enums: Map<string, string[]>;
}

/**
 * Reads the tables that scripts build, one after the other: CREATE, ALTER, DROP TABLE and enumerations; every other statement is passed over.
 * It reads tokens and no grammar: of ten usual PostgreSQL tables node-sql-parser refuses six (identity columns, a reference without columns,
 * partitions), and a table that is refused would be missing.
 */
export function readTables(scripts: readonly SchemaScript[]): DeclaredTable[] {
  const schema: Schema = { tables: new Map(), enums: new Map() };
  for (const { sql, dialect, file, line = 1 } of scripts) {
    const tokens = tokenize(sql, dialect).filter(({ kind }) => kind !== 'comment');
    const place: StatementPlace = {
      dialect,
      file,
      lineOf: (token) => line + sql.slice(0, token?.start ?? 0).split('\n').length - 1,
    };
    for (const statement of splitAt(tokens, ';')) readStatement(statement, place, schema);
  }
  return [...schema.tables.values()].map((table) => withEnums(table, schema));
}

function readStatement(tokens: Token[], place: StatementPlace, schema: Schema): void {
  const cursor = createCursor(tokens, place.dialect);
  if (cursor.accept('CREATE', 'TYPE')) readEnum(cursor, schema);
  else if (cursor.accept('CREATE')) readCreate(cursor, tokens, { place, schema });
  else if (cursor.accept('ALTER', 'TABLE')) readAlter(cursor, { place, schema });
  else if (cursor.accept('DROP', 'TABLE')) {
    cursor.accept('IF', 'EXISTS');
    schema.tables.delete(tableName(cursor) ?? '');
  }
}

function readEnum(cursor: TokenCursor, { enums }: Schema): void {
  const name = tableName(cursor);
  if (name === undefined || !cursor.accept('AS', 'ENUM')) return;
  enums.set(name, (cursor.group() ?? []).filter(({ kind }) => kind === 'string').map(stringOf));
}

interface Surroundings {
  place: StatementPlace;
  schema: Schema;
}

function readCreate(cursor: TokenCursor, tokens: Token[], { place, schema }: Surroundings): void {
  while (isWord(cursor.peek(), 'UNLOGGED', 'FOREIGN', 'GLOBAL', 'LOCAL')) cursor.next();
  if (!cursor.accept('TABLE')) return;
  cursor.accept('IF', 'NOT', 'EXISTS');
  const name = tableName(cursor);
  const body = cursor.group();
  if (name === undefined || body === undefined || schema.tables.has(name)) return;
  const table: DeclaredTable = {
    name,
    dialect: place.dialect,
    columns: [],
    primaryKey: [],
    file: place.file,
    line: place.lineOf(tokens[0]),
  };
  schema.tables.set(name, table);
  for (const item of splitAt(body, ',')) readItem(item, table, place);
}

/** An item between the brackets of a table, or after ADD: a constraint, or else a column. */
function readItem(item: Token[], table: DeclaredTable, place: StatementPlace): void {
  if (readConstraint(item, table, place.dialect)) return;
  const column = readColumn(item, table, place);
  if (column !== undefined && !table.columns.some(({ name }) => name === column.name))
    table.columns.push(column);
}

function readAlter(cursor: TokenCursor, { place, schema }: Surroundings): void {
  cursor.accept('IF', 'EXISTS');
  cursor.accept('ONLY');
  const name = tableName(cursor);
  const table = schema.tables.get(name ?? '');
  if (table === undefined) return;
  for (const change of splitAt(cursor.rest(), ',')) readChange(change, table, { place, schema });
}

function readChange(change: Token[], table: DeclaredTable, { place, schema }: Surroundings): void {
  const cursor = createCursor(change, place.dialect);
  if (cursor.accept('ADD')) {
    cursor.accept('COLUMN');
    cursor.accept('IF', 'NOT', 'EXISTS');
    const group = cursor.group();
    for (const item of group === undefined ? [cursor.rest()] : splitAt(group, ','))
      readItem(item, table, place);
  } else if (cursor.accept('DROP')) {
    cursor.accept('COLUMN');
    cursor.accept('IF', 'EXISTS');
    const dropped = cursor.name();
    table.columns = table.columns.filter(({ name }) => name !== dropped);
  } else if (cursor.accept('RENAME', 'TO')) {
    schema.tables.delete(table.name);
    table.name = tableName(cursor) ?? table.name;
    schema.tables.set(table.name, table);
  } else if (cursor.accept('RENAME')) {
    cursor.accept('COLUMN');
    const [from, , to] = [cursor.name(), cursor.accept('TO'), cursor.name()];
    const column = table.columns.find(({ name }) => name === from);
    if (column !== undefined && to !== undefined) column.name = to;
  }
}

/** `public` is where names are looked for: nobody writes it. */
function tableName(cursor: TokenCursor): string | undefined {
  return cursor.name()?.replace(/^public\./, '');
}

function withEnums(table: DeclaredTable, { enums }: Schema): DeclaredTable {
  const columns = table.columns.map((column) => {
    const name = column.type.replaceAll('"', '').replace(/^public\./, '');
    return { ...column, values: column.values ?? enums.get(name) };
  });
  return { ...table, columns };
}
