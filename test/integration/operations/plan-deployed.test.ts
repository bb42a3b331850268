import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import type { LoopInput } from '../../../src/index.ts';
import { effectsOfDeploy } from '../../../src/operations/index.ts';
import { placeOf } from '../../../src/state/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, createProject, signUp, step } from '../loops/activation.ts';
import { skene } from './command-line.ts';

let world: World;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skene-plan-'));
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const first = { ...step, id: 'first' };
const second = { id: 'second', delay: '1d', action: { ...step.action, subject: 'Again' } };
const loop: LoopInput = { ...activation, steps: [first, second] };

/** 20 users wait in the first step, 10 sleep before the second, and one is through. */
async function populate(config: LoopInput): Promise<void> {
  world = await createWorld({ config });
  await createProject(world, await signUp(world, 'early'));
  await world.advance('2d');
  for (let index = 0; index < 10; index++) await createProject(world, await signUp(world, `done${index}`));
  await world.settle();
  for (let index = 0; index < 20; index++) await signUp(world, `new${index}`);
  await world.settle();
}

async function planOf(config: LoopInput, ...args: string[]) {
  const whole = { loops: [config], database: { provider: 'postgres' } };
  await writeFile(join(folder, 'skene.config.ts'), `export default ${JSON.stringify(whole)};\n`);
  return skene(world, 'plan', folder, '--deployed', ...args);
}
const groupsOf = (out: string) =>
  (JSON.parse(out) as Array<{ groups: unknown[] }>).flatMap(({ groups }) => groups);

describe('skene plan --deployed', () => {
  it('says that nothing changes for anybody where the loop stays', async () => {
    await populate(loop);
    const { code, out } = await planOf(loop, '--check');
    expect(out).toMatch(/^ {2}welcome \S{7} stays as it is\.$/m);
    expect(out).toContain('20 runs wait in first: they keep their 5m, and finish as they began.');
    expect(out).toContain('10 runs sleep before second: they keep their 1d, and finish as they began.');
    expect(out).toContain('30 runs under way: 30 finish as they began, 0 do not.');
    expect(code).toBe(0);
  });

  it('shows what changes, and that runs keep to what they began with', async () => {
    await populate(loop);
    const changed = {
      ...loop,
      steps: [
        {
          ...first,
          condition: { ...first.condition, timeout: '10m' },
          action: { ...first.action, template: 're_engagement' },
        },
        { ...second, action: { ...second.action, subject: 'Once more' } },
      ],
    };
    const { code, out } = await planOf(changed, '--check');
    expect(out).toMatch(/^~ welcome \S{7} -> \S{7} changes\. onChange: pin$/m);
    expect(out).toContain('first: timeout 5m -> 10m');
    expect(out).toContain('first: email activation_welcome -> re_engagement');
    expect(out).toContain('second: subject line Again -> Once more');
    expect(out).toContain('20 runs wait in first: they keep their 5m, and finish as they began.');
    expect(code).toBe(0);
  });

  it('says who follows and who is drained, and a script is told by the exit code', async () => {
    await populate({ ...loop, onChange: 'follow' });
    const changed = { ...loop, steps: [{ ...first, action: { ...first.action, subject: 'New' } }, second] };
    const follow = await planOf({ ...changed, onChange: 'follow' }, '--check');
    expect(follow.out).toContain(
      '20 runs wait in first: they follow the new definition on waking, their 5m at the latest.',
    );
    expect(follow.out).toContain('30 runs under way: 0 finish as they began, 30 do not.');
    expect(follow.code).toBe(1);

    const drain = await planOf({ ...changed, onChange: 'drain' });
    expect(drain.out).toContain('20 runs wait in first: they keep their 5m, and then end.');
    expect(drain.out).toContain('10 runs sleep before second: they end there, and do no more.');
    expect(drain.code).toBe(0);

    const gone = await planOf({ ...changed, onChange: 'follow', steps: [first] }, '--json');
    expect(groupsOf(gone.out)).toEqual([
      { step: 'first', state: 'waits', runs: 20, fate: 'follow' },
      {
        step: 'second',
        state: 'sleeps',
        runs: 10,
        fate: 'keep',
        because: 'it has no step second any more',
      },
    ]);
  });

  it('says what becomes of the runs of a loop that is gone, and what is new', async () => {
    await populate({ ...loop, onChange: 'drain' });
    const { out } = await planOf({ ...loop, id: 'hello' });
    expect(out).toMatch(/^- welcome \S{7} is gone, or begins otherwise\.$/m);
    expect(out).toContain('20 runs wait in first: they keep their 5m, and then end.');
    expect(out).toMatch(/^\+ hello is new\.$/m);
  });

  it('comes true when it is deployed', async () => {
    await populate({ ...loop, onChange: 'follow' });
    await world.use({
      ...loop,
      onChange: 'follow',
      steps: [{ ...first, action: { ...first.action, subject: 'New' } }, second],
    });
    await createProject(world, '12');
    await world.advance('2d');
    const { out } = await planOf(loop);
    expect(out).toContain('No run is under way.');
    expect(world.emails.filter(({ subject }) => subject === 'New')).toHaveLength(1);
  });

  it('forgets the runs of somebody who is erased', async () => {
    await populate(loop);
    expect(await skene(world, 'erase', '31', '--yes')).toMatchObject({ code: 0 });
    expect((await planOf(loop)).out).toContain('19 runs wait in first');
  });

  it('counts 100,000 runs', async () => {
    world = await createWorld({ config: loop });
    await signUp(world);
    await world.settle();
    const { plans } = compileConfig(resolveConfig(loop));
    const [plan] = plans;
    if (plan === undefined) throw new Error('no plan');
    const { url, token } = world.stack.env.redis;
    const key = `skene:${world.stack.env.namespace}:places|${placeOf(plan, 'second')}`;
    for (let from = 0; from < 100_000; from += 10_000) {
      const members = Array.from({ length: 10_000 }, (_, index) => ['1', `wfr_${from + index}`]).flat();
      await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(['ZADD', key, ...members]),
      });
    }
    const effects = await effectsOfDeploy(plans, { state: world.state, now: world.stack.clock.now() });
    expect(effects[0]?.groups.map(({ runs }) => runs)).toEqual([1, 100_000]);
  });
});
