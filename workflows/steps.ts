import type { Run } from '../src/runtime/index.ts';

/** Takes somebody through the steps of a loop: each waits for its time and its condition, and acts. */
export async function takeSteps(run: Run): Promise<void> {
  let step = run.plan.steps[0];
  while (step !== undefined) {
    await run.delay(step);
    step = await run.when(step, (verdict, { action, otherwise }) => (verdict.met ? action : otherwise));
  }
}
