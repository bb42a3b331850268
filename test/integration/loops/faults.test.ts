import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, createProject, outcomes, signUp, withReminder } from './activation.ts';

let world: World;
afterEach(() => world.close());

describe('deliveries that go wrong', () => {
  it.each(['fail', 'delay', 'double', 'reorder', 'lose-answer'] as const)(
    'by "%s", each of them once, leave one email and the right counts',
    async (action) => {
      world = await createWorld({ config: withReminder });
      world.stack.qstash.faults.add({ action, times: 3, ...(action === 'delay' && { delayMs: 7_000 }) });
      const [met, late] = [await signUp(world, 'Ada'), await signUp(world, 'Eve')];
      await world.settle();
      await createProject(world, met);
      await world.advance('2h');
      expect(
        world.stack.inbox
          .emails()
          .map(({ to }) => to[0])
          .sort(),
      ).toEqual(['ada@example.com', 'eve@example.com']);
      expect(await world.counts('welcome')).toEqual({ started: 2, met: 1, timed_out: 1, sent: 2 });
      expect(late).not.toBe(met);
    },
  );

  it('all doubled start no run twice', async () => {
    world = await createWorld({ config: activation });
    world.stack.qstash.faults.add({ action: 'double', times: 1_000 });
    for (let index = 0; index < 20; index++) {
      const user = await signUp(world, `User${index}`);
      if (index % 2 === 0) await createProject(world, user);
    }
    await world.advance('1h');
    expect(world.stack.inbox.emails()).toHaveLength(10);
    expect(await world.counts('welcome')).toEqual({ started: 20, met: 10, timed_out: 10, sent: 10 });
  });
});

describe('a database that is gone for a while', () => {
  it('delays the run and loses nothing', async () => {
    world = await createWorld({ config: activation });
    const user = await signUp(world);
    await world.settle();
    await world.sql('alter table user_actions rename to hidden_actions');
    await world.advance('6m');
    expect(await outcomes(world)).not.toContain('sent');
    await world.sql('alter table hidden_actions rename to user_actions');
    await createProject(world, user);
    await world.advance('1h');
    expect(world.stack.inbox.emails().length + ((await world.counts('welcome')).failed ?? 0)).toBe(1);
  });
});

describe('a stack that is closed and opened again', () => {
  it('goes on with the runs that sleep', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'skene-world-'));
    try {
      world = await createWorld({ config: activation, stateDir });
      const [awaited, late] = [await signUp(world, 'Ada'), await signUp(world, 'Eve')];
      await world.settle();
      await world.close();

      world = await createWorld({ config: activation, stateDir });
      await createProject(world, awaited);
      await world.advance('6m');
      expect(world.stack.inbox.emails().map(({ to }) => to[0])).toEqual(['ada@example.com']);
      expect(await world.counts('welcome')).toEqual({ started: 2, met: 1, sent: 1, timed_out: 1 });
      expect(late).not.toBe(awaited);
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});
