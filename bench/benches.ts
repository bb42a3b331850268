import type { Bench } from './bench.ts';
import { engine } from './engine/bench.ts';

/** Everything that is measured, in the order in which it is. */
export const benches: readonly Bench[] = [engine];
