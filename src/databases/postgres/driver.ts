import type { Row, Statement } from '../database.ts';

/** What a client library for PostgreSQL has to do for us; everything else is SQL. */
export interface Driver {
  readonly kind: 'postgres' | 'neon';
  /**
   * Runs statements in one transaction (read committed), in one round trip, and answers with the rows of each.
   * Gives up on a server that says nothing for `patienceMs`.
   */
  run(statements: readonly Statement[], options: { readOnly: boolean; patienceMs: number }): Promise<Row[][]>;
  close(): Promise<void>;
}

/** Reads a value from PostgreSQL's text format. */
export type TypeParser = (text: string) => unknown;

/** The type parsers a client library brings. */
export interface BuiltInTypes {
  getTypeParser(oid: number): TypeParser;
}
