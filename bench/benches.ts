import { audience } from './audience/bench.ts';
import type { Bench } from './bench.ts';
import { database } from './database/bench.ts';
import { dormancyBench } from './dormancy/bench.ts';
import { engine } from './engine/bench.ts';
import { waiting } from './engine/growth-bench.ts';
import { gate } from './gate/bench.ts';
import { qstash } from './qstash/bench.ts';
import { scale } from './scale/bench.ts';
import { startup } from './startup/bench.ts';
import { worlds } from './worlds/bench.ts';

/** Everything that is measured, in the order in which it is. */
export const benches: readonly Bench[] = [
  engine,
  waiting,
  qstash,
  database,
  audience,
  dormancyBench,
  startup,
  worlds,
  gate,
  scale,
];
