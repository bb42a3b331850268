/** Floor 2: what can be known of SQL without running it. The parser is loaded when a query is first read. */
export { analyseQuery, type QueryAnalysis, type QuerySummary } from './analyse-query.ts';
export { analyseUpdate, type UpdateAnalysis } from './analyse-update.ts';
export type { DeclaredColumn, DeclaredTable, SchemaScript } from './declared.ts';
export { type SelectPlanResult, toSelectPlan } from './hashes/to-select-plan.ts';
export { MYSQL_FUNCTIONS, mysqlToPostgres } from './mysql-to-postgres.ts';
export type { SqlIssueCode, SqlNotice, SqlProblem } from './problem.ts';
export { readTables } from './read-tables.ts';
export type { Read } from './reads.ts';
export { requireUpdate, toPositional, updateToPositional } from './to-positional.ts';
export type { Dialect, Token, TokenKind } from './tokens.ts';
