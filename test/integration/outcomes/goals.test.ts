import { afterEach, describe, expect, it } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import type { LoopInput } from '../../../src/index.ts';
import { readOutcomes } from '../../../src/outcomes/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { actions, createProject, HAS_PROJECT, reminder } from './reminder.ts';

let world: World;
afterEach(() => world.close());

async function open(loop: LoopInput): Promise<void> {
  world = await createWorld({ config: { loops: [loop], actions } });
}

/** What a loop came to. */
async function outcomesOf(loop: LoopInput) {
  const { plans } = compileConfig(resolveConfig({ loops: [loop], actions }));
  const [outcomes] = await readOutcomes({ plans, state: world.state, now: world.stack.clock.now() });
  if (outcomes === undefined) throw new Error('There is no loop.');
  return outcomes;
}

describe('a goal', () => {
  it('is counted once, for the email that was sent within its time', async () => {
    await open(reminder);
    const { id } = await world.signUp();
    await world.advance('6m');
    expect(world.emails).toHaveLength(1);
    const before = world.messages;
    await createProject(world, id);
    await createProject(world, id);
    const { entered, converted, trials } = await outcomesOf(reminder);
    expect({ entered, converted }).toEqual({ entered: 1, converted: 1 });
    expect(trials[0]).toMatchObject({
      treated: { subjects: 1, converted: 1 },
      unmailed: 0,
      emails: [{ step: 'step-1:otherwise', variants: [{ variant: '', sent: 1, converted: 1 }] }],
    });
    expect(world.messages).toBe(before);
  });

  it('that is reached later than counts is not counted', async () => {
    const config = { ...reminder, goal: { query: HAS_PROJECT, within: '7d' } };
    await open(config);
    const { id } = await world.signUp();
    await world.advance('6m');
    await world.advance('8d');
    await createProject(world, id);
    const { converted, trials } = await outcomesOf(config);
    expect(converted).toBe(0);
    expect(trials[0]?.treated).toEqual({ subjects: 1, converted: 0 });
  });

  it("that is reached before any email is nobody's merit", async () => {
    await open(reminder);
    const { id } = await world.signUp();
    await world.advance('1m');
    await createProject(world, id);
    await world.advance('10m');
    expect(world.emails).toEqual([]);
    const { converted, trials } = await outcomesOf(reminder);
    expect(converted).toBe(1);
    expect(trials[0]).toMatchObject({ treated: { subjects: 0 }, unmailed: 1 });
  });
});
