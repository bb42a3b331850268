import { expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

const aMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('runs once at a time, and once more for any number of calls during a run', async () => {
  let running = 0;
  let runs = 0;
  let most = 0;
  const work = oneAtATime(async () => {
    running += 1;
    most = Math.max(most, running);
    await aMoment();
    runs += 1;
    running -= 1;
  });
  await Promise.all([work(), work(), work()]);
  expect({ runs, most }).toEqual({ runs: 2, most: 1 });
  await work();
  expect(runs).toBe(3);
});

it('runs no more for a call that came before its last look', async () => {
  let runs = 0;
  const work = oneAtATime(async (look) => {
    await aMoment();
    look();
    await aMoment();
    runs += 1;
  });
  const first = work();
  await work();
  expect(runs).toBe(1);
  await first;

  const third = work();
  await aMoment();
  await work();
  expect(runs).toBe(3);
  await third;
});

it('goes on after a run that failed', async () => {
  let attempt = 0;
  const work = oneAtATime(async () => {
    attempt += 1;
    if (attempt === 1) throw new Error('first');
  });
  const [first, second] = await Promise.allSettled([work(), work()]);
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
});
