import { quoteName, quoteTable } from '../databases/index.ts';

/** A row of a test: values by column. */
export type Values = Readonly<Record<string, unknown>>;

/** The rows of one table. Each change is carried to its runs before the call is done. */
export interface Rows {
  insert(values: Values): Promise<Record<string, unknown>>;
  /** Changes the rows that have these values, and answers with them. */
  update(where: Values, values: Values): Promise<Array<Record<string, unknown>>>;
  delete(where: Values): Promise<void>;
  /** All rows, or those that have these values. */
  all(where?: Values): Promise<Array<Record<string, unknown>>>;
}

type Run = (sql: string, params: readonly unknown[]) => Promise<Array<Record<string, unknown>>>;

/** @param run runs a statement; `settle` waits until what it changed is with its runs. */
export function createRows(table: string, { run, settle }: { run: Run; settle: () => Promise<void> }): Rows {
  const name = quoteTable(table);

  async function change(sql: string, params: readonly unknown[]): Promise<Array<Record<string, unknown>>> {
    const rows = await run(sql, params);
    await settle();
    return rows;
  }
  return {
    async insert(values) {
      const columns = Object.keys(values);
      const into =
        columns.length === 0
          ? 'DEFAULT VALUES'
          : `(${columns.map(quoteName).join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`;
      const [row] = await change(`INSERT INTO ${name} ${into} RETURNING *`, Object.values(values));
      return row ?? {};
    },
    update(where, values) {
      const columns = Object.keys(values);
      const set = columns.map((column, index) => `${quoteName(column)} = $${index + 1}`).join(', ');
      const params = [...Object.values(values), ...Object.values(where)];
      return change(`UPDATE ${name} SET ${set} ${whereOf(where, columns.length)} RETURNING *`, params);
    },
    async delete(where) {
      await change(`DELETE FROM ${name} ${whereOf(where)}`, Object.values(where));
    },
    all: (where = {}) => run(`SELECT * FROM ${name} ${whereOf(where)}`, Object.values(where)),
  };
}

function whereOf(values: Values, offset = 0): string {
  const conditions = Object.keys(values).map(
    (column, index) => `${quoteName(column)} = $${offset + index + 1}`,
  );
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
