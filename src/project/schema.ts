import type { Column, Table } from '../inspect/index.ts';

/** A table that the repository declares. */
export interface SchemaTable {
  name: string;
  columns: readonly Column[];
  /** Whether its file says all there is to say: Prisma's schema or SQL, not code that may add to it. */
  isCertain: boolean;
  /** `prisma/schema.prisma:11` */
  place: string;
}

/** The tables that a repository declares, as far as a database of its own has them. */
export interface Schema {
  tables: readonly SchemaTable[];
  /** The files that were looked in. */
  files: readonly string[];
}

/** Reads the tables that the repository around a config declares. Statements in strings of code are left out: they may be about anything. */
export async function readSchema(folder: string): Promise<Schema> {
  // It has parsers of its own, which no other command needs.
  const { inspectRepository } = await import('../inspect/index.ts');
  const { tables, problems } = await inspectRepository(folder);
  const unread = new Set(problems.map(({ file }) => file));
  const declared = tables.filter(isDeclaration).map(
    (table): SchemaTable => ({
      name: table.name,
      columns: table.columns,
      isCertain: /\.(?:sql|prisma)$/.test(table.place.file) && !unread.has(table.place.file),
      place: `${table.place.file}:${table.place.line}`,
    }),
  );
  const files = new Set(tables.filter(isDeclaration).map(({ place }) => place.file));
  return { tables: declared, files: [...files] };
}

function isDeclaration({ source, dialect, place }: Table): boolean {
  if (dialect === 'redis' || dialect === 'other') return false;
  return source !== 'sql' || place.file.endsWith('.sql');
}

/** The table of a name; without a schema in front it is found in any, where only one has it. */
export function tableNamed({ tables }: Schema, name: string): SchemaTable | undefined {
  const exact = tables.filter((table) => isSame(table.name, name));
  const [found, ...others] =
    exact.length > 0 ? exact : tables.filter((table) => isSame(table.name.split('.').at(-1) ?? '', name));
  return others.length === 0 ? found : undefined;
}

/** MySQL's names are the same in any case on most machines; PostgreSQL's are folded before they come here, unless quoted. */
function isSame(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase();
}
