import { describe, expect, it } from 'vitest';
import { createDebts } from './debts.ts';
import type { Operation } from './operation.ts';

const MINUTE = 60_000;
const operationOf = (text: string, more: Partial<Operation> = {}): Operation => ({
  hash: 'h',
  hold: 'r',
  rules: [],
  text,
  ...more,
});

/** A Redis that is down until it is told otherwise: then it does nothing, or does it and says nothing. */
function openDebts() {
  const done: string[] = [];
  const visits: string[] = [];
  const state = { isDown: true, isLost: false, now: 0 };
  const debts = createDebts({
    visit: async (hash) => {
      visits.push(hash);
      const due = debts.sendOf([hash]);
      if (state.isDown) throw new Error('down');
      for (const { operation } of due) done.push(operation.text);
      if (state.isLost) throw new Error('lost');
      for (const debt of due) debts.paid(debt, [debt.operation.text]);
    },
    isDown: () => state.isDown,
    pauseMs: 5,
    now: () => state.now,
  });
  return { state, done, visits, debts };
}

describe('what Redis is owed', () => {
  it('is paid when it is back, once and in its order, and the answer is heard', async () => {
    const { state, done, debts } = openDebts();
    const heard: string[] = [];
    let over = 0;
    for (let number = 0; number < 300; number += 1)
      debts.owe({
        operation: operationOf(`debt ${number}`, { hash: `h${number % 2}` }),
        onPaid: ([text = '']) => heard.push(text),
        onOver: () => (over += 1),
      });
    await debts.settled();
    expect([done, over]).toEqual([[], 0]);
    state.isDown = false;
    await debts.settled();
    expect(done.filter((_, index) => index < 3)).toEqual(['debt 0', 'debt 2', 'debt 4']);
    expect(new Set(done).size).toBe(300);
    expect([heard, over, debts.areNone()]).toEqual([done, 300, true]);
  });

  it('is tried again by itself, one subject at a time until it is seen that Redis is back', async () => {
    const { state, done, visits, debts } = openDebts();
    for (const hash of ['a', 'b', 'c']) debts.owe({ operation: operationOf(`debt of ${hash}`, { hash }) });
    await expect.poll(() => visits.length).toBeGreaterThan(3);
    expect(visits.slice(0, 4)).toEqual(['a', 'b', 'c', 'a']);
    state.isDown = false;
    await expect.poll(() => [...done].sort()).toEqual(['debt of a', 'debt of b', 'debt of c']);
  });

  it('goes along with every request of its subject until one is answered, and is heard of once', () => {
    const { debts } = openDebts();
    const heard: string[] = [];
    debts.owe({ operation: operationOf('mine'), onPaid: ([text = '']) => heard.push(text) });
    debts.owe({ operation: operationOf("another's", { hash: 'other' }) });
    const [first, second] = [debts.sendOf(['h', 'h']), debts.sendOf(['h'])];
    expect([first, second].map((due) => due.map(({ operation }) => operation.text))).toEqual([
      ['mine'],
      ['mine'],
    ]);
    for (const [debt] of [first, second]) if (debt !== undefined) debts.paid(debt, ['done']);
    expect([heard, debts.countOf('h'), debts.countOf('other')]).toEqual([['done'], 0, 1]);
  });

  it('is given up where Redis may have done it and no longer knows, and waits on where it was never sent', () => {
    const { state, debts } = openDebts();
    const over: string[] = [];
    const owe = (text: string, attempted?: Operation) =>
      debts.owe({
        operation: operationOf(text, { holdMs: 24 * 60 * MINUTE }),
        attempted,
        onOver: () => over.push(text),
      });
    owe('asked before', operationOf('', { holdMs: 15 * MINUTE }));
    owe('not asked before');
    debts.owe({ operation: operationOf('given back') });
    const due = () => debts.sendOf(['h']).map(({ operation }) => operation.text);
    state.now = 13 * MINUTE;
    expect(due()).toEqual(['asked before', 'not asked before', 'given back']);
    state.now = 15 * MINUTE;
    expect(due()).toEqual(['not asked before', 'given back']);
    state.now = 25 * 60 * MINUTE;
    expect(due()).toEqual(['given back']);
    expect(over).toEqual(['asked before', 'not asked before']);
  });

  it('is no more than 20,000 operations, and no more than 500 calls of one subject are let through', () => {
    const { debts } = openDebts();
    let over = 0;
    for (let number = 0; number < 500; number += 1) debts.owe({ operation: operationOf('debt') });
    expect([debts.hasRoom('h'), debts.hasRoom('other')]).toEqual([false, true]);
    for (let number = 0; number < 19_600; number += 1)
      debts.owe({ operation: operationOf('debt', { hash: `h${number}` }), onOver: () => (over += 1) });
    expect([debts.hasRoom('new'), over]).toEqual([false, 100]);
  });

  it('is paid 500 operations at a time where a subject without a limit owes more', async () => {
    const { state, done, debts } = openDebts();
    for (let number = 0; number < 1_200; number += 1) debts.owe({ operation: operationOf(`debt ${number}`) });
    expect([debts.countOf('h'), debts.sendOf(['h']).length]).toEqual([500, 500]);
    state.isDown = false;
    await debts.settled();
    expect(done).toEqual(Array.from({ length: 1_200 }, (_, number) => `debt ${number}`));
  });
});
