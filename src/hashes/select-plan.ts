/** A value that SQL and JSON both know. */
export type Scalar = string | number | boolean | null;

/** What a comparison compares: a field of the row, a value, a parameter (`$1` is 1), or the time `seconds` from now. */
export type Operand =
  | { type: 'column'; name: string }
  | { type: 'value'; value: Scalar }
  | { type: 'parameter'; number: number }
  | { type: 'now'; seconds: number };

/** A sign between two operands. */
export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A condition over one row. It is true, false or unknown, as in SQL. */
export type Predicate =
  | { type: 'and' | 'or'; of: Predicate[] }
  | { type: 'not'; of: Predicate }
  | { type: 'compare'; sign: Comparison; left: Operand; right: Operand }
  | { type: 'in'; operand: Operand; list: Operand[] }
  | { type: 'like'; operand: Operand; pattern: Operand; ignoreCase: boolean }
  | { type: 'null'; operand: Operand }
  | { type: 'truth'; operand: Operand };

/** Where the rows are looked for: under their own keys, by what an index lists for some values, or among all of the table's. */
export type RowSource =
  | { type: 'keys'; values: Operand[] }
  | { type: 'index'; column: string; values: Operand[] }
  | { type: 'scan' };

/** What a row of the answer has: every field, these values, or the number of rows (of those where `column` is not null). */
export type Projection =
  | { type: 'all' }
  | { type: 'values'; values: Array<{ name: string; value: Operand }> }
  | { type: 'count'; name: string; column?: string | undefined };

/** An order of rows. */
export interface Sorting {
  operand: Operand;
  isDescending: boolean;
  areNullsFirst: boolean;
}

/** A SELECT over one table of hashes, as plain data: compiled once, so that no function parses SQL. */
export interface SelectPlan {
  table: string;
  source: RowSource;
  where?: Predicate | undefined;
  projection: Projection;
  order: Sorting[];
  limit?: number | undefined;
}

/** What a plan's parameters and its clock say. */
export interface Bindings {
  params: readonly unknown[];
  /** Ms since the epoch. */
  now: number;
}
