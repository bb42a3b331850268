/** Floor 1: the one form in which anything enters Skene. Pure. */
export { idText, parseEvent, type SkeneEvent } from './event.ts';
export { idProblem } from './id-problem.ts';
export { stableHash } from './ids.ts';
export { isTooDeep } from './nesting.ts';
export { type RowChange, type RowOperation, rowEvent, rowEventType } from './row-event.ts';
