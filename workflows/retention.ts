import { defineWorkflow } from '../src/runtime/index.ts';
import { passOver } from './pass.ts';
import { takeSteps } from './steps.ts';

/** A tick: whoever has gone dormant is invited back. A loop that an event starts takes its one subject through its steps. */
export const retention = defineWorkflow('retention', ({ audience, ...run }) =>
  audience === undefined ? takeSteps(run) : passOver(audience),
);
