/** Floor 1: tables kept as Redis hashes: where their rows lie, and a SELECT over them as data. Pure. */
export { answer, enoughRows, isSelected, toRow } from './answer.ts';
export { timeOf } from './compare.ts';
export { type Fields, operandText } from './evaluate.ts';
export {
  hasOwnIndex,
  INDEX_PROGRESS,
  indexKey,
  layoutOf,
  orderKey,
  rowGlob,
  rowId,
  rowKey,
  seenKey,
  streamKey,
  type TableLayout,
  type TableNames,
  WATCHED_TABLES,
  type WatchedTable,
  watchedTable,
} from './layout.ts';
export { equationsOf, isPlainText, operandsOf } from './predicates.ts';
export type {
  Bindings,
  Comparison,
  Operand,
  Predicate,
  Projection,
  RowSource,
  Scalar,
  SelectPlan,
  Sorting,
} from './select-plan.ts';
