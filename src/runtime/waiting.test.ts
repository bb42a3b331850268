import { describe, expect, it } from 'vitest';
import type { PlanCondition } from '../plan/index.ts';
import { nextPause } from './waiting.ts';

const DAY = 86_400;
const query = (timeout: number, checks: number[] = []): PlanCondition => ({
  type: 'query',
  sql: '',
  aboutSubject: true,
  timeout,
  wakes: [],
  checks,
});

/** Plays a wait to its end, with nothing ever waking it. */
function pausesOf(condition: PlanCondition, longestWait: number): number[] {
  const pauses: number[] = [];
  for (let now = 0; ; ) {
    const pause = nextPause(condition, { since: 0, now, longestWait });
    if (pause.isOver) return pauses;
    pauses.push(pause.seconds);
    now += pause.seconds * 1000;
  }
}

describe('nextPause', () => {
  it('is the whole timeout where events can tell', () => {
    expect(pausesOf(query(300), 7 * DAY)).toEqual([300]);
  });

  it('becomes a chain where the Upstash plan allows no longer one', () => {
    expect(pausesOf(query(30 * DAY), 7 * DAY)).toEqual([7, 7, 7, 7, 2].map((days) => days * DAY));
    expect(pausesOf(query(30 * DAY), 365 * DAY)).toEqual([30 * DAY]);
  });

  it('stops at each check where no event can tell', () => {
    expect(pausesOf(query(630, [10, 30, 70]), 7 * DAY)).toEqual([10, 20, 40, 560]);
  });

  it('takes what is left after a wake in the middle', () => {
    expect(nextPause(query(300), { since: 0, now: 120_000, longestWait: DAY })).toEqual({
      seconds: 180,
      secondsLeft: 180,
      isOver: false,
    });
  });

  it('is over when a timer rings a little early, as QStash counts in seconds', () => {
    expect(nextPause(query(300), { since: 0, now: 298_700, longestWait: DAY }).isOver).toBe(true);
    expect(nextPause(query(300), { since: 0, now: 297_000, longestWait: DAY }).isOver).toBe(false);
  });
});
