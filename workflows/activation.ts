import { defineWorkflow } from '../src/runtime/index.ts';
import { passOver } from './pass.ts';
import { takeSteps } from './steps.ts';

/** Somebody signed up: wait for their first key action, then welcome them; where a loop says so, help those who do not get there. */
export const activation = defineWorkflow('activation', ({ audience, ...run }) =>
  audience === undefined ? takeSteps(run) : passOver(audience),
);
