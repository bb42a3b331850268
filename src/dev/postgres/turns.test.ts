import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTurns } from './turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('turns', () => {
  it('come in the order of asking, and stay with their owner until it leaves', async () => {
    const turns = createTurns<string>({ patienceMs: 10, onOverdue: () => {} });
    const order: string[] = [];
    await turns.take('a');
    await turns.take('a');
    const waiting = ['b', 'c'].map(async (owner) => {
      await turns.take(owner);
      order.push(owner);
      turns.leave(owner);
    });
    expect(order).toEqual([]);
    turns.leave('a');
    await Promise.all(waiting);
    expect(order).toEqual(['b', 'c']);
  });

  it('are not given to one that withdrew, nor taken by one that has none', async () => {
    const turns = createTurns<string>({ patienceMs: 10, onOverdue: () => {} });
    await turns.take('a');
    const waiting = turns.take('b');
    turns.leave('b');
    turns.withdraw('b');
    expect(await waiting).toBe(false);
    turns.leave('a');
    expect(await turns.take('c')).toBe(true);
  });

  it('are overdue when an owner idles while others wait, and only then', async () => {
    const overdue = vi.fn();
    const turns = createTurns<string>({ patienceMs: 10, onOverdue: overdue });
    await turns.take('a');
    turns.pause('a');
    vi.advanceTimersByTime(100);
    void turns.take('b');
    vi.advanceTimersByTime(9);
    await turns.take('a');
    vi.advanceTimersByTime(100);
    expect(overdue).not.toHaveBeenCalled();
    turns.pause('a');
    vi.advanceTimersByTime(10);
    expect(overdue).toHaveBeenCalledExactlyOnceWith('a');
  });
});
