/** Floor 7: what a loop would do to those who are there now (nothing is written), and starting it for those who were there before it. */
export { type Backfill, type BackfillProgress, backfill } from './backfill.ts';
export { type Fate, type Simulation, simulate } from './simulate.ts';
