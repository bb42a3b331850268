import { audience } from './audience/bench.ts';
import type { Bench } from './bench.ts';
import { database } from './database/bench.ts';
import { engine } from './engine/bench.ts';

/** Everything that is measured, in the order in which it is. */
export const benches: readonly Bench[] = [engine, database, audience];
