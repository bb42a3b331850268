/** Floor 1: the one form in which anything enters Skene. Pure. */
export { parseEvent, type SkeneEvent } from './event.ts';
export { stableHash } from './ids.ts';
export { isTooDeep } from './nesting.ts';
export { type RowChange, type RowOperation, rowEvent, rowEventType } from './row-event.ts';
