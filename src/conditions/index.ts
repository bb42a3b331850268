/** Floor 4: is it true for this subject? */
export { audienceQuery, checkGroup, type GroupCheck } from './audience.ts';
export { type CheckContext, checkCondition, type Verdict } from './check.ts';
