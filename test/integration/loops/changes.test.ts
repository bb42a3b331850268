import { afterEach, describe, expect, it } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { skene } from '../operations/command-line.ts';
import { activation, createProject, outcomes, signUp, step } from './activation.ts';

let world: World;
afterEach(() => world.close());

type OnChange = LoopInput['onChange'];
type Step = LoopInput['steps'][number];

const email = (subject: string) => ({ ...step.action, subject });
const first = { ...step, id: 'first', action: email('first, old') } satisfies Step;
const second = { id: 'second', delay: '1d', action: email('second, old') } satisfies Step;
const loop = (onChange: OnChange, ...steps: Step[]): LoopInput => ({ ...activation, onChange, steps });

const subjects = () => world.emails.map(({ subject }) => subject);
const newFirst = { ...first, action: email('first, new') };
const newSecond = { ...second, action: email('second, new') };

/** A run waits in its first step, and meanwhile the loop becomes another. */
async function changedInWait(before: LoopInput, after: LoopInput): Promise<string> {
  world = await createWorld({ config: before });
  const user = await signUp(world);
  await world.settle();
  await world.advance('2m');
  await world.use(after);
  return user;
}

describe('a run in whose wait the loop is changed', () => {
  it('finishes by the definition it began with where it is pinned', async () => {
    const user = await changedInWait(loop('pin', first, second), loop('pin', newFirst, newSecond));
    await createProject(world, user);
    await world.advance('2d');
    expect(subjects()).toEqual(['first, old', 'second, old']);
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent', 'sent']);
  });

  it('goes on by the new one as soon as it is woken where it follows', async () => {
    const user = await changedInWait(loop('follow', first, second), loop('follow', newFirst, newSecond));
    await createProject(world, user);
    await world.advance('2d');
    expect(subjects()).toEqual(['first, new', 'second, new']);
    expect(await outcomes(world)).toEqual(['started', 'followed', 'met', 'sent', 'sent']);
  });

  it('finishes the step it is in and begins no other where it is drained', async () => {
    const user = await changedInWait(loop('drain', first, second), loop('drain', newFirst, newSecond));
    await createProject(world, user);
    await world.advance('2d');
    expect(subjects()).toEqual(['first, old']);
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent', 'superseded']);
    // Who comes now enters the new one.
    const next = await signUp(world, 'Eve');
    await createProject(world, next);
    await world.advance('2d');
    expect(subjects()).toEqual(['first, old', 'first, new', 'second, new']);
  });

  it('costs the same messages, and one more where it may follow', async () => {
    const counts: number[] = [];
    for (const onChange of ['pin', 'follow', 'drain'] as const) {
      const user = await changedInWait(loop(onChange, first), loop(onChange, first));
      await createProject(world, user);
      await world.settle();
      expect(subjects()).toEqual(['first, old']);
      counts.push(world.messages);
      if (onChange !== 'drain') await world.close();
    }
    expect(counts).toEqual([3, 4, 3]);
  });
});

describe('a run that follows', () => {
  const longer = { ...newFirst, condition: { ...step.condition, timeout: '10m' } };

  it('waits on where the new definition waits longer', async () => {
    const user = await changedInWait(loop('follow', first), loop('follow', longer));
    await world.advance('4m');
    expect(await outcomes(world)).toEqual(['started', 'followed']);
    await createProject(world, user);
    await world.settle();
    expect(subjects()).toEqual(['first, new']);
  });

  it('waits for what the new definition waits for', async () => {
    const paid = { ...newFirst, condition: { type: 'event', name: 'invoice.paid', timeout: '1h' } } as const;
    const user = await changedInWait(loop('follow', first), loop('follow', paid));
    await createProject(world, user);
    await world.settle();
    expect(subjects()).toEqual([]);
    await world.track({ name: 'invoice.paid', subject: user });
    expect(subjects()).toEqual(['first, new']);
  });

  it('is shown with what has become of it', async () => {
    await changedInWait(loop('follow', first), loop('follow', longer));
    await world.advance('4m');
    const [run] = await world.runs();
    const { out } = await skene(world, 'runs', 'show', run?.runId ?? '');
    expect(out).toMatch(/first: followed/);
    expect((await world.state.runLog.list(1))[0]?.place).toMatch(/^welcome\|.+\|first$/);
  });

  it('takes steps that were added after the one it waits in', async () => {
    const user = await changedInWait(loop('follow', first), loop('follow', first, newSecond));
    await createProject(world, user);
    await world.advance('2d');
    expect(subjects()).toEqual(['first, old', 'second, new']);
  });

  it('keeps the old definition of a step that is gone, and says so', async () => {
    const user = await changedInWait(
      loop('follow', first, second),
      loop('follow', { ...first, id: 'other' }),
    );
    // The first step has another name, so what started the run is gone: it finishes its step.
    await createProject(world, user);
    await world.advance('2d');
    expect(subjects()).toEqual(['first, old']);
    await world.close();

    world = await createWorld({ config: loop('follow', first, second) });
    await createProject(world, await signUp(world));
    await world.settle();
    await world.use(loop('follow', first, { ...newSecond, id: 'third' }));
    await world.advance('2d');
    expect(subjects()).toEqual(['first, old', 'second, old']);
    expect((await world.runs())[0]?.facts.find(({ outcome }) => outcome === 'kept')?.detail).toEqual({
      reason: 'it has no step second any more',
    });
  });

  it('goes by what is deployed when it wakes, whatever was deployed in between', async () => {
    const user = await changedInWait(loop('follow', first, second), loop('drain', newFirst));
    await world.use(loop('pin', newFirst));
    await createProject(world, user);
    await world.advance('2d');
    expect(subjects()).toEqual(['first, old', 'second, old']);
  });
});

describe('a run that sleeps before its next step while the loop is changed', () => {
  async function changedInSleep(onChange: OnChange, after?: LoopInput): Promise<void> {
    world = await createWorld({ config: loop(onChange, first, second) });
    await createProject(world, await signUp(world));
    await world.advance('12h');
    await world.use(after ?? loop(onChange, newFirst, newSecond));
    await world.advance('2d');
  }

  it('takes it by the old definition where it is pinned', async () => {
    await changedInSleep('pin');
    expect(subjects()).toEqual(['first, old', 'second, old']);
  });

  it('takes it by the new one where it follows', async () => {
    await changedInSleep('follow');
    expect(subjects()).toEqual(['first, old', 'second, new']);
  });

  it('ends where it is drained', async () => {
    await changedInSleep('drain');
    expect(subjects()).toEqual(['first, old']);
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent', 'superseded']);
  });

  it('finishes where the loop is gone and it was pinned, and ends where it was to follow', async () => {
    const other: LoopInput = { ...loop('pin', first), id: 'another' };
    await changedInSleep('pin', other);
    expect(subjects()).toEqual(['first, old', 'second, old']);
    await world.close();
    await changedInSleep('follow', other);
    expect(subjects()).toEqual(['first, old']);
  });
});

describe('a run that follows, and a machine that fails', () => {
  it('sends no step twice, whatever is deployed between two attempts', async () => {
    const user = await changedInWait(loop('follow', first, second), loop('follow', newFirst, newSecond));
    // The email goes out, and the function does not hear that it did.
    world.stack.inbox.fail({ kind: 'answer-lost' });
    await createProject(world, user);
    await world.settle();
    await world.use(loop('follow', first, second));
    await world.advance('3d');
    expect(subjects()).toEqual(['first, new', 'second, old']);
  });
});
