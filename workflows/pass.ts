import type { PassRun } from '../src/runtime/index.ts';

/** Goes over an audience, page by page, until everybody in it was looked at, the time is up, or the next run has taken over. */
export async function passOver(audience: PassRun): Promise<void> {
  await audience.untilDue();
  for (let part = 1; await audience.sendPages(part); part++);
}
