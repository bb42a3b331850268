import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import type { World } from '../../../src/testing/index.ts';
import { skene } from '../operations/command-line.ts';
import { openWorld, outcomesOf } from './outcomes-of.ts';
import { createProject, email, isHeld, reminder, step } from './reminder.ts';

let world: World;
afterEach(() => world.close());

const variants = [
  { id: 'plain', subject: 'Shall we help?' },
  { id: 'bold', subject: 'Start today!' },
];
const tried: LoopInput = { ...reminder, steps: [{ ...step, otherwise: { ...email, variants } }] };
const held: LoopInput = { ...reminder, holdout: 0.5 };

const emailOf = (address: string) => world.emails.filter(({ to }) => to[0] === address);

describe('a holdout', () => {
  it('gets nothing, is counted, and is what the others are measured against', async () => {
    world = await openWorld(held);
    const people = [];
    for (let index = 0; index < 12; index++) people.push(await world.signUp());
    await world.advance('6m');
    const heldOut = people.filter(({ id }) => isHeld(id, 0.5));
    expect(heldOut.length).toBeGreaterThan(0);
    expect(heldOut.length).toBeLessThan(12);
    for (const person of people) expect(emailOf(person.email)).toHaveLength(heldOut.includes(person) ? 0 : 1);

    const mailed = people.filter((person) => !heldOut.includes(person));
    for (const { id } of [...mailed.slice(0, 3), ...heldOut.slice(0, 1)]) await createProject(world, id);
    const { outcomes, converted, trial } = await outcomesOf(held, world);
    expect(outcomes).toMatchObject({ held_out: heldOut.length, sent: mailed.length });
    expect(converted).toBe(4);
    expect(trial).toMatchObject({
      treated: { subjects: mailed.length, converted: 3 },
      heldOut: { subjects: heldOut.length, converted: 1 },
    });
    expect(trial.uplift?.difference).toBeCloseTo(3 / mailed.length - 1 / heldOut.length, 9);

    const { code, out } = await skene(world, 'stats', '--json', '--config', 'skene.config.ts');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([{ loop: 'activation' }]);
  });

  it('does not count who could not have been mailed', async () => {
    world = await openWorld({ ...held, holdout: 1 });
    await world.signUp({ email: 'not an address' });
    await world.signUp();
    await world.advance('6m');
    const { outcomes, trial } = await outcomesOf({ ...held, holdout: 1 }, world);
    expect(outcomes).toMatchObject({ held_out: 1, suppressed: 1 });
    expect(trial.heldOut.subjects).toBe(1);
    expect(world.emails).toEqual([]);
  });
});

describe('variants', () => {
  it('go out as they are written, each to some, and the goal counts for the one that was sent', async () => {
    world = await openWorld(tried);
    const people = [];
    for (let index = 0; index < 12; index++) people.push(await world.signUp());
    await world.advance('6m');
    const subjects = world.emails.map(({ subject }) => subject);
    expect(new Set(subjects)).toEqual(new Set(['Shall we help?', 'Start today!']));
    const bold = people.find(({ email: address }) => emailOf(address)[0]?.subject === 'Start today!');
    await createProject(world, bold?.id ?? '');
    const { trial } = await outcomesOf(tried, world);
    expect(trial.emails[0]?.variants).toMatchObject([
      {
        variant: 'plain',
        sent: subjects.filter((subject) => subject === 'Shall we help?').length,
        converted: 0,
      },
      {
        variant: 'bold',
        sent: subjects.filter((subject) => subject === 'Start today!').length,
        converted: 1,
      },
    ]);
    expect(world.emails[0]?.tags).toMatchObject({ variant: expect.stringMatching(/^(plain|bold)$/) });
  });

  it.each(['error', 'answer-lost', 'double'] as const)(
    'stay with who got them: "%s" sends nobody another, and counts nobody twice',
    async (fault) => {
      world = await openWorld(tried);
      if (fault === 'double') world.stack.qstash.faults.add({ action: 'double', times: 1_000 });
      const people = [];
      for (let index = 0; index < 6; index++) people.push(await world.signUp());
      await world.settle();
      if (fault !== 'double') world.stack.inbox.fail({ kind: fault }, 6);
      await world.advance('2h');
      for (const { email: address } of people) expect(emailOf(address)).toHaveLength(1);
      const { trial } = await outcomesOf(tried, world);
      expect(trial.treated.subjects).toBe(6);
      const counted = (trial.emails[0]?.variants ?? []).map(({ sent }) => sent);
      expect(counted.reduce((sum, sent) => sum + sent, 0)).toBe(6);
      for (const { id, subject } of [
        { id: 'plain', subject: 'Shall we help?' },
        { id: 'bold', subject: 'Start today!' },
      ])
        expect(trial.emails[0]?.variants.find(({ variant }) => variant === id)?.sent).toBe(
          world.emails.filter((sent) => sent.subject === subject).length,
        );
    },
  );

  it.each([
    ['an email', reminder, 8],
    ['an email of which variants are tried', tried, 10],
  ])('bound what Redis is asked: %s costs few commands', async (...[, loop, most]) => {
    world = await openWorld(loop);
    await world.signUp();
    const asked = vi.spyOn(globalThis, 'fetch');
    await world.advance('6m');
    const commands = asked.mock.calls
      .filter(([to]) => String(to).startsWith(world.stack.urls.redis))
      .flatMap(([, init]) => {
        const body = JSON.parse(String(init?.body)) as unknown[];
        return Array.isArray(body[0]) ? body : [body];
      });
    asked.mockRestore();
    expect(world.emails).toHaveLength(1);
    expect(commands.length).toBeGreaterThan(0);
    expect(commands.length).toBeLessThanOrEqual(most);
  });

  it('of which one is pinned are that one for everybody', async () => {
    const pinned = [variants[0], { ...variants[1], pinned: true }] as typeof variants;
    const loop: LoopInput = {
      ...reminder,
      steps: [{ ...step, otherwise: { ...email, variants: pinned } }],
    };
    world = await openWorld(loop);
    for (let index = 0; index < 6; index++) await world.signUp();
    await world.advance('6m');
    expect(world.emails.map(({ subject }) => subject)).toEqual(Array(6).fill('Start today!'));
  });
});
