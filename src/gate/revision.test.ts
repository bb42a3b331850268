import { describe, expect, it, vi } from 'vitest';
import { createRevision } from './revision.ts';

describe('the revision', () => {
  it('is not known before it was seen, nor a second after', () => {
    const revision = createRevision(async () => '1', 100);
    expect(revision.current()).toBeUndefined();
    revision.note('7', performance.now());
    expect(revision.current()).toBe(7);
    revision.note('8', performance.now() - 10);
    expect(revision.current()).toBe(8);
    const old = createRevision(async () => '1', 100);
    old.note('7', performance.now() - 1_001);
    expect(old.current()).toBeUndefined();
  });

  it('is looked at beside the answer once it is half a second old, by one look at a time', async () => {
    const read = vi.fn(async () => '9');
    const revision = createRevision(read, 100);
    revision.note('7', performance.now() - 600);
    expect([revision.current(), revision.current()]).toEqual([7, 7]);
    expect(revision.isOld()).toBe(true);
    await vi.waitFor(() => expect(revision.current()).toBe(9));
    expect(read).toHaveBeenCalledTimes(1);
    expect(revision.isOld()).toBe(false);
  });

  it('is never taken back to an older one by an answer that comes late', () => {
    const revision = createRevision(async () => '1', 100);
    const now = performance.now();
    revision.note('9', now);
    revision.note('8', now - 50);
    expect(revision.current()).toBe(9);
    // A database that was emptied begins again.
    revision.note(null, now + 1);
    expect(revision.current()).toBe(0);
  });

  it('that cannot be asked for stays as old as it is', async () => {
    const read = vi.fn(async () => Promise.reject(new Error('down')));
    const revision = createRevision(read, 100);
    revision.note('7', performance.now() - 600);
    revision.current();
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(1));
    expect(revision.isOld()).toBe(true);
  });
});
