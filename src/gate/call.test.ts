import { describe, expect, it } from 'vitest';
import { createCalls } from './call.ts';
import { createRuleBook, type GateRule } from './rules.ts';

const rule = {
  name: 'loop/step',
  loop: 'loop',
  step: 'step',
  endpoint: '/a',
  method: '*',
  limits: {},
} as GateRule;
const calls = createCalls({ prefix: 'skene:test', book: createRuleBook([rule]) });

describe('a call', () => {
  it('has a nonce of its own, which is its id unless it is told one', () => {
    const [one, other] = [calls.callOf({ subject: 'ada' }), calls.callOf({ subject: 'ada' })];
    expect(one.rid).toBe(one.nonce);
    expect(one.nonce).not.toBe(other.nonce);
    expect(calls.callOf({ subject: 'ada', rid: 'mine' })).toMatchObject({ rid: 'mine', cost: 1 });
  });

  it('is one operation on the hash of its subject, with a hold that no other subject, rule or id has', () => {
    const hashes = new Set<string>();
    const holds = new Set<string>();
    for (const subject of ['a', 'a:loop/step', 'a:b'])
      for (const rid of ['x', 'loop/step:x', 'b:x', 'x y']) {
        const { hash, hold } = calls.operationOf(calls.callOf({ subject, rid }), 't');
        hashes.add(hash);
        holds.add(hold);
      }
    expect([hashes.size, holds.size]).toEqual([3, 12]);
  });

  it('keeps its hold for a day where the id was told, and a quarter of an hour where it was made up', () => {
    const form = (ask: object) => calls.operationOf(calls.callOf({ subject: 'ada', ...ask }), 't').form;
    expect(form({ cost: 3 })).toBe('t 3 900000 -');
    expect(form({ rid: 'x', plan: 'büro & co' })).toBe('t 1 86400000 b%C3%BCro%20%26%20co');
  });

  it('is found again by what its take says, and by nothing else', () => {
    const call = calls.callOf({ subject: 'ada', rid: 'mine & yours' });
    const hold = `${call.set.key} ${encodeURIComponent(call.rid)} ${call.nonce}`;
    const found = calls.heldCallOf('ada', hold);
    expect(found && calls.undoOf(found)).toEqual(calls.undoOf(call));
    for (const bad of ['', 'loop/step', 'loop/step id', 'other/step id nonce', 'loop/step %zz nonce'])
      expect(calls.heldCallOf('ada', bad)).toBeUndefined();
  });
});
