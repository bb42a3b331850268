import { problem, type SqlProblem } from '../problem.ts';
import { isNode } from '../tree.ts';

/** What may be said on Redis, for hints. */
export const TAKEN =
  'On Upstash Redis a query reads one table: columns or COUNT(*), =, <>, <, <=, >, >=, BETWEEN, [NOT] IN, [NOT] LIKE, IS [NOT] NULL, AND, OR, NOT, ORDER BY, LIMIT.';

/** Says, from the depth of a statement, that a part of it cannot be evaluated over hashes. Never leaves this folder. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: SqlProblem;

  constructor(offset: number, message: string, hint = TAKEN) {
    super(message);
    this.problem = problem('query_dialect', offset, { message, hint });
  }
}

/** Where a node begins in what was parsed; `otherwise` where the parser does not tell. */
export function offsetOf(value: unknown, otherwise: number): number {
  const location = isNode(value) ? value.loc : undefined;
  const start = isNode(location) ? location.start : undefined;
  return isNode(start) && typeof start.offset === 'number' ? start.offset : otherwise;
}
