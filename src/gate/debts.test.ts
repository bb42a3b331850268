import { describe, expect, it } from 'vitest';
import { createDebts } from './debts.ts';
import type { Operation } from './operation.ts';

const operationOf = (text: string): Operation => ({ hash: 'h', hold: 'r', rules: [], text });

/** A Redis that is down until it is told otherwise. */
function openDebts() {
  const done: string[] = [];
  const state = { isDown: true };
  const run = async ({ text }: Operation) => {
    if (state.isDown) throw new Error('down');
    done.push(text);
    return { reply: [text] };
  };
  return { state, done, debts: createDebts({ run, isDown: () => state.isDown, pauseMs: 5 }) };
}

describe('what Redis is owed', () => {
  it('is paid when it is back, once, and the answer is heard', async () => {
    const { state, done, debts } = openDebts();
    const heard: string[] = [];
    for (let number = 0; number < 300; number += 1)
      debts.owe(operationOf(`debt ${number}`), ([text = '']) => heard.push(text));
    await debts.settled();
    expect(done).toEqual([]);
    state.isDown = false;
    await debts.settled();
    expect(new Set(done).size).toBe(300);
    expect(heard).toEqual(done);
  });

  it('is tried again by itself', async () => {
    const { state, done, debts } = openDebts();
    debts.owe(operationOf('debt'));
    state.isDown = false;
    await expect.poll(() => done).toEqual(['debt']);
  });

  it('is no more than 10,000 operations', async () => {
    const { state, done, debts } = openDebts();
    for (let number = 0; number < 10_100; number += 1) debts.owe(operationOf('debt'));
    state.isDown = false;
    await debts.settled();
    expect(done).toHaveLength(10_000);
  });
});
