import type { Row } from '../database.ts';

/** What a client library for MySQL has to do for us; everything else is SQL. */
export interface MysqlDriver {
  readonly kind: 'mysql' | 'planetscale';
  /**
   * Runs one statement that only reads, with `?` for each of `params`, and answers with its rows as plain JSON.
   * Times of TIMESTAMP columns are UTC. Gives up after `timeoutMs`.
   * @throws whatever the client library throws.
   */
  query(sql: string, params: readonly string[], options: { timeoutMs: number }): Promise<Row[]>;
  /** Runs statements that write, all or none. Answers how many rows each changed. @throws whatever the client library throws. */
  write(
    statements: ReadonlyArray<{ sql: string; params: string[] }>,
    options: { timeoutMs: number },
  ): Promise<number[]>;
  close(): Promise<void>;
}
