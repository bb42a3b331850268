import type { Column, Table } from '../model.ts';
import type { Repository } from '../repository.ts';
import { columnOfCall } from './python-column.ts';
import {
  callArguments,
  classesOf,
  keyword,
  type PythonClass,
  type PythonPiece,
  pythonString,
  statementsOf,
} from './python-source.ts';

/** A class, and the file it is in. */
interface Placed extends PythonClass {
  file: string;
}

/** Reads the tables of SQLAlchemy's and SQLModel's classes, of `Table(…)`, and of Alembic's `op.create_table(…)`. */
export async function readPythonTables(repository: Repository): Promise<Table[]> {
  const classes: Placed[] = [];
  const tables: Table[] = [];
  for (const file of repository.files.filter((path) => path.endsWith('.py'))) {
    const text = await repository.read(file);
    if (text === undefined || !/\b(?:sqlalchemy|sqlmodel|alembic)\b/.test(text)) continue;
    const statements = statementsOf(text);
    classes.push(...classesOf(statements).map((found) => ({ ...found, file })));
    tables.push(...statements.flatMap((statement) => tableOfCall(statement, file) ?? []));
    for (const statement of statements) applyColumnChange(statement, tables, file);
  }
  const byName = new Map(classes.map((found) => [found.name, found]));
  return [...classes.flatMap((found) => tableOfClass(found, byName) ?? []), ...tables];
}

/** `name = value` or `name: type = value` in a class. */
const ASSIGNMENT = /^\s*(\w+)\s*(?::\s*([^=]+?))?\s*(?:=\s*([\s\S]+))?$/;

function tableOfClass(found: Placed, byName: ReadonlyMap<string, Placed>): Table | undefined {
  const { name, bases, body, file, line } = found;
  const isSqlModel = /\btable\s*=\s*True\b/.test(bases);
  const table = pythonString(assigned(body, '__tablename__'));
  if (table === undefined && !isSqlModel) return undefined;
  const schema = /["']schema["']\s*:\s*["'](\w+)["']/.exec(assigned(body, '__table_args__') ?? '')?.[1];
  const own = table ?? name.toLowerCase();
  const parsed = piecesOf(found, byName).flatMap((piece) => columnOfField(piece, isSqlModel) ?? []);
  return {
    name: schema === undefined || schema === 'public' ? own : `${schema}.${own}`,
    model: name,
    source: 'sqlalchemy',
    dialect: undefined,
    columns: parsed.map(({ column }) => column),
    primaryKey: parsed.flatMap(({ column, isKey }) => (isKey ? [column.name] : [])),
    place: { file, line },
  };
}

function assigned(body: readonly PythonPiece[], name: string): string | undefined {
  for (const { text } of body) {
    const match = ASSIGNMENT.exec(text);
    if (match?.[1] === name) return match[3]?.trim();
  }
  return undefined;
}

/** The statements of a class, after those of the classes it is made of. */
function piecesOf(
  found: Placed,
  byName: ReadonlyMap<string, Placed>,
  depth = 0,
): Array<PythonPiece & { file: string }> {
  const parents = depth > 5 ? [] : found.bases.split(',').flatMap((base) => byName.get(base.trim()) ?? []);
  return [
    ...parents.flatMap((parent) => piecesOf(parent, byName, depth + 1)),
    ...found.body.map((piece) => ({ ...piece, file: found.file })),
  ];
}

/** A column with a call says so; SQLModel takes an annotated name alone. */
function columnOfField(
  { text, line, file }: PythonPiece & { file: string },
  isSqlModel: boolean,
): { column: Column; isKey: boolean } | undefined {
  const [, name, annotation = '', value = ''] = ASSIGNMENT.exec(text) ?? [];
  if (name === undefined || name.startsWith('_')) return undefined;
  if (
    /\b(?:relationship|Relationship|ClassVar|column_property|association_proxy)\b/.test(
      `${annotation} ${value}`,
    )
  )
    return undefined;
  const call = /\b(?:mapped_column|Column|Field)\s*\(/.exec(value);
  const args = call === null ? [] : callArguments(value, call.index + call[0].length - 1);
  const isColumn = call !== null || annotation.startsWith('Mapped[') || (isSqlModel && annotation !== '');
  if (!isColumn) return undefined;
  return columnOfCall(args, { property: name, annotation, place: { file, line } });
}

/** `op.create_table("users", sa.Column("id", …))` and `users = Table("users", metadata, Column("id", …))`. */
function tableOfCall({ text, line }: PythonPiece, file: string): Table | undefined {
  const call = /\b(?:op\.create_table|(?:sa\.)?Table)\s*\(/.exec(text);
  if (call === null) return undefined;
  const args = callArguments(text, call.index + call[0].length - 1);
  const name = pythonString(args[0]);
  if (name === undefined) return undefined;
  const schema = pythonString(keyword(args, 'schema'));
  const parsed = args.flatMap((argument) => columnOfArgument(argument, { file, line }) ?? []);
  const key = args
    .map((argument) => /\bPrimaryKeyConstraint\s*\(([^)]*)\)/.exec(argument)?.[1])
    .find(Boolean);
  const named = key?.split(',').flatMap((part) => pythonString(part) ?? []);
  return {
    name: schema === undefined || schema === 'public' ? name : `${schema}.${name}`,
    source: call[0].startsWith('op') ? 'alembic' : 'sqlalchemy',
    dialect: undefined,
    columns: parsed.map(({ column }) => column),
    primaryKey: named ?? parsed.flatMap(({ column, isKey }) => (isKey ? [column.name] : [])),
    place: { file, line },
  };
}

function columnOfArgument(
  argument: string,
  place: { file: string; line: number },
): { column: Column; isKey: boolean } | undefined {
  const call = /^(?:sa\.|\w+\.)?Column\s*\(/.exec(argument);
  if (call === null) return undefined;
  const args = callArguments(argument, call[0].length - 1);
  return columnOfCall(args, { property: undefined, annotation: '', place });
}

/** `op.add_column("users", sa.Column(…))` and `op.drop_column("users", "x")`, on a table that is known by then. */
function applyColumnChange({ text, line }: PythonPiece, tables: readonly Table[], file: string): void {
  const call = /\bop\.(add|drop)_column\s*\(/.exec(text);
  if (call === null) return;
  const args = callArguments(text, call.index + call[0].length - 1);
  const table = tables.find(({ name }) => name === pythonString(args[0]));
  if (table === undefined || !isUpgrade(call[1], args, table)) return;
  const added = columnOfArgument(args[1] ?? '', { file, line });
  if (added !== undefined) table.columns.push(added.column);
}

/** A migration has both ways in it; what `downgrade()` takes away was added before, so nothing is ever removed here. */
function isUpgrade(verb: string | undefined, args: readonly string[], table: Table): boolean {
  const name = pythonString(callArguments(args[1] ?? '', (args[1] ?? '').indexOf('('))[0]);
  return verb === 'add' && !table.columns.some((column) => column.name === name);
}
