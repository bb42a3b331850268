import { describe, expect, it, vi } from 'vitest';
import { createLater } from './later.ts';

describe('what is loaded later', () => {
  it('is loaded once, when it is first needed', async () => {
    const load = vi.fn(async () => ({ name: 'thing' }));
    const later = createLater(load);
    expect([later.loaded(), later.isWanted()]).toEqual([undefined, false]);
    const used: string[] = [];
    later.use(({ name }) => used.push(name));
    later.use(({ name }) => used.push(name));
    expect(later.isWanted()).toBe(true);
    expect(used).toEqual([]);
    await later.load();
    later.use(({ name }) => used.push(name));
    expect(used).toEqual(['thing', 'thing', 'thing']);
    expect(load).toHaveBeenCalledTimes(1);
    expect(later.loaded()).toEqual({ name: 'thing' });
  });

  it('is tried again by the next who needs it, where it could not be loaded', async () => {
    let attempts = 0;
    const later = createLater(async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('not there');
      return attempts;
    });
    const used: number[] = [];
    later.use((thing) => used.push(thing));
    await expect.poll(later.isWanted).toBe(false);
    expect(await later.load()).toBe(2);
    expect(used).toEqual([]);
  });
});
