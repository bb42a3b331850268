import type { Dialect, Token } from './tokens.ts';

/** A piece of SQL that builds a schema: a migration, or a dump of the whole. */
export interface SchemaScript {
  sql: string;
  dialect: Dialect;
  file: string;
  /** The line of `file` on which it begins; 1 unless told. */
  line?: number | undefined;
}

/** A column as a schema declares it. */
export interface DeclaredColumn {
  name: string;
  /** In lower case, as it is written: `varchar(255)`. */
  type: string;
  nullable: boolean;
  /** What the column points at. Without a column it is the other table's primary key. */
  references?: { table: string; column?: string | undefined } | undefined;
  /** The only values it may have, where it is an enumeration. */
  values?: string[] | undefined;
  file: string;
  line: number;
}

/** A table as a schema declares it, after all its changes. */
export interface DeclaredTable {
  /** With its schema in front unless that is `public`. */
  name: string;
  dialect: Dialect;
  columns: DeclaredColumn[];
  primaryKey: string[];
  file: string;
  line: number;
}

/** Where a statement is, and how a place in it is told. */
export interface StatementPlace {
  dialect: Dialect;
  file: string;
  lineOf(token: Token | undefined): number;
}
