import { defineWorkflow } from '../src/runtime/index.ts';

/** Somebody signed up: wait for their first key action, then welcome them; where a loop says so, help those who do not get there. */
export const activation = defineWorkflow('activation', async (run) => {
  for (const step of run.plan.steps) {
    await run.delay(step);
    const goesOn = await run.when(step, (verdict) => (verdict.met ? step.action : step.otherwise));
    if (!goesOn) return;
  }
});
