import { defineWorkflow } from '../src/runtime/index.ts';
import { passOver } from './pass.ts';
import { takeSteps } from './steps.ts';

/**
 * Somebody has used up what their plan includes, and the gate has told them so: ask them once in the period to upgrade, then wait until they
 * subscribe or the period is over.
 */
export const freemium = defineWorkflow('freemium', ({ audience, ...run }) =>
  audience === undefined ? takeSteps(run) : passOver(audience),
);
