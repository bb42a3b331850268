import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PolledDatabase } from '../databases/index.ts';
import { followChanges } from './follow.ts';

const polled: PolledDatabase = {
  kind: 'mysql',
  select: async () => [],
  find: async () => undefined,
  close: async () => {},
  polling: {
    next: async () => ({ changes: [], cursor: '', isLast: true }),
    check: async () => ({ found: '', refused: [], advice: [] }),
    backlog: async () => ({ rows: 0 }),
  },
};

describe('following a database that is polled', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('drains at once and then a second after each drain has ended, until it is closed', async () => {
    let drains = 0;
    let isEnded = false;
    const drain = async () => {
      drains += 1;
      isEnded = false;
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      isEnded = true;
    };
    const follower = followChanges(polled, { url: '', drain, onProblem: () => {} });
    expect(drains).toBe(1);
    await vi.advanceTimersByTimeAsync(5_900);
    expect(drains).toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(drains).toBe(2);
    const closed = follower.close();
    await vi.advanceTimersByTimeAsync(10_000);
    await closed;
    expect(isEnded).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(drains).toBe(2);
  });
});
