/** Why SQL is not taken. */
export type SqlIssueCode =
  | 'query_syntax'
  | 'query_not_select'
  | 'query_not_update'
  | 'query_multiple'
  | 'query_parameter'
  | 'query_dialect';

/** What is wrong with a piece of SQL; `offset` is where, in UTF-16 units from its start. */
export interface SqlProblem {
  ok: false;
  code: SqlIssueCode;
  /** A sentence's predicate: its subject is the place in the config. */
  message: string;
  hint: string;
  offset: number;
}

/** Something that runs, but perhaps not as its author thinks. */
export interface SqlNotice {
  code: SqlIssueCode | 'query_always_met';
  message: string;
  hint: string;
  offset: number;
}

/** Makes an {@link SqlProblem}. */
export function problem(
  code: SqlIssueCode,
  offset: number,
  text: { message: string; hint: string },
): SqlProblem {
  return { ok: false, code, offset, ...text };
}
