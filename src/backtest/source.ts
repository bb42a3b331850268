import type { Row } from '../databases/index.ts';
import { EnvError } from '../errors/index.ts';
import type { Dialect } from '../sql/index.ts';

/** The columns of a table, in the types that a PostgreSQL keeps them in, and those of its primary key. */
export interface Shape {
  columns: Array<{ name: string; type: string }>;
  key: string[];
}

/** A table as it is copied: its columns, and how its rows are told apart by time and user. */
export interface SourceTable extends Shape {
  name: string;
  /** When a row was written; a table without is taken to have been as it is from the start. */
  time: string | undefined;
  /** The column that says which user a row is about; a table without is copied whole. */
  subject: string | undefined;
}

/** Users that a column of a table names. */
export interface SubjectsAsked {
  table: string;
  subject: string;
  /** Only of rows of this time: the column that tells, and its bounds in ms since the epoch. */
  between?: { column: string; from: number; to: number } | undefined;
  most: number;
}

/** Rows of a table: about these users where it names any, up to a time where it tells any. */
export interface RowsAsked {
  subjects: readonly string[];
  /** Ms since the epoch. */
  to: number;
  /** More are refused. */
  most: number;
}

/** The team's own database, as a backtest reads it. */
export interface Source {
  /** The language of the loop's queries. */
  dialect: Dialect;
  /** Nothing where there is no such table. */
  shapeOf(table: string): Promise<Shape | undefined>;
  /** Their ids as text: of more than are wanted always the same, and of all times. */
  subjects(asked: SubjectsAsked): Promise<string[]>;
  /** The oldest first, with times in ISO 8601. @throws {EnvError} USAGE when there are too many. */
  rows(table: SourceTable, asked: RowsAsked): Promise<Row[]>;
  /** A query of the loop, written for PostgreSQL. @param names tables and columns as they are called. */
  translate(sql: string, names: readonly string[]): string;
  /** What a PostgreSQL is told first, so that it answers such queries. */
  preparation: readonly string[];
  /** How its answers may differ from the team's own database, as sentences. */
  notes: string[];
}

/** Reading a month of a table takes longer than a condition may. */
export const QUERY_TIMEOUT_MS = 120_000;

/** @throws {EnvError} USAGE, so that nobody waits for what does not fit into memory. */
export function refuseTooMany(table: string, { subjects, most }: RowsAsked): never {
  throw new EnvError('USAGE', `${table} has more than ${most} rows about these ${subjects.length} users.`, {
    hint: 'Look at fewer users with --users.',
  });
}
