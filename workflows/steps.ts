import type { Run } from '../src/runtime/index.ts';

/** Takes somebody through the steps of a loop: each waits for its time and its condition, and acts. */
export async function takeSteps(run: Run): Promise<void> {
  for (const step of run.plan.steps) {
    await run.delay(step);
    const goesOn = await run.when(step, (verdict) => (verdict.met ? step.action : step.otherwise));
    if (!goesOn) return;
  }
}
