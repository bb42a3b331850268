import { type DeclaredTable, type Dialect, readTables, type SchemaScript } from '../../sql/index.ts';
import type { Table } from '../model.ts';
import { lineAt, type Repository } from '../repository.ts';
import { kindOf } from './kind-of.ts';

/** What follows undoes the migration: of dbmate, goose and others. */
const WAY_BACK = /^--\s*(?:migrate:down|\+goose down|\+migrate down|down\b).*$/im;

/** Files that undo a migration, or only put rows in. */
const NO_SCHEMA = /(?:[._-]down|[._-]rollback|\bseeds?\b[^/]*)\.sql$|\/seeds?\//i;

/** A script whose dialect is known, or is not and is read as PostgreSQL's. */
interface Script extends Omit<SchemaScript, 'dialect'> {
  dialect: Dialect | undefined;
}

/**
 * Reads the tables of SQL scripts, in the order of their names, and of statements that stand in code.
 * @param usual the dialect where the script itself does not show it.
 */
export async function readSqlTables(repository: Repository, usual: Dialect | undefined): Promise<Table[]> {
  const scripts: Script[] = [];
  for (const file of repository.files.filter((path) => path.endsWith('.sql') && !NO_SCHEMA.test(path))) {
    const text = await repository.read(file);
    if (text === undefined || !/\btable\b/i.test(text)) continue;
    const end = text.search(WAY_BACK);
    scripts.push({ sql: end === -1 ? text : text.slice(0, end), dialect: dialectOf(text, usual), file });
  }
  for (const file of repository.files.filter((path) => /\.(?:[cm]?[jt]sx?|py)$/.test(path))) {
    const text = await repository.read(file);
    if (text !== undefined && /create\s+table/i.test(text)) scripts.push(...statementsIn(text, file, usual));
  }
  const guessed = new Set(scripts.flatMap(({ file, dialect }) => (dialect === undefined ? [file] : [])));
  return readTables(scripts.map((script) => ({ ...script, dialect: script.dialect ?? 'postgres' }))).map(
    (declared) => toTable(declared, guessed.has(declared.file) ? undefined : declared.dialect),
  );
}

function dialectOf(script: string, usual: Dialect | undefined): Dialect | undefined {
  const text = script.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, '');
  if (/`|\bauto_increment\b|\bengine\s*=\s*innodb/i.test(text)) return 'mysql';
  return /\b(?:serial|bigserial|timestamptz|jsonb|uuid|plpgsql|identity)\b/i.test(text) ? 'postgres' : usual;
}

/** The statements that stand in strings of code: from their beginning to the bracket that closes the columns. */
function statementsIn(text: string, file: string, usual: Dialect | undefined): Script[] {
  return [...text.matchAll(/create\s+table\s[^(;]{1,200}\(/gi)].flatMap(({ index, 0: head }) => {
    const sql = upToClosing(text, index, index + head.length - 1);
    return sql === undefined
      ? []
      : [{ sql, dialect: dialectOf(sql, usual), file, line: lineAt(text, index) }];
  });
}

function upToClosing(text: string, start: number, open: number): string | undefined {
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    if (text.charAt(index) === '(') depth += 1;
    if (text.charAt(index) === ')') depth -= 1;
    if (depth === 0) return text.slice(start, index + 1);
  }
  return undefined;
}

function toTable(
  { name, columns, primaryKey, file, line }: DeclaredTable,
  dialect: Dialect | undefined,
): Table {
  return {
    name,
    source: 'sql',
    dialect,
    primaryKey,
    columns: columns.map((column) => ({
      name: column.name,
      kind: column.values === undefined ? kindOf(column.type) : 'text',
      nullable: column.nullable,
      references: column.references,
      values: column.values,
      place: { file: column.file, line: column.line },
    })),
    place: { file, line },
  };
}
