/** Floor 3: what can be known of SQL without running it. Used where loops are checked and compiled; no function loads it. */
export { analyseQuery, type QueryAnalysis, type QuerySummary } from './analyse-query.ts';
export { analyseUpdate, type UpdateAnalysis } from './analyse-update.ts';
export type { SqlIssueCode, SqlNotice, SqlProblem } from './problem.ts';
export type { Read } from './reads.ts';
export { type Dialect, type Token, type TokenKind, tokenize } from './tokens.ts';
