import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, createProject, outcomes, signUp } from '../loops/activation.ts';
import { redisText } from '../webhooks/redis-text.ts';
import { skene } from './command-line.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld({ config: { ...activation, recovery: { retries: 0 } } });
});
afterEach(() => world.close());

/** A run that was given up when its email was to be sent. */
async function failedRun(): Promise<string> {
  const user = await signUp(world, 'Ada');
  await world.settle();
  world.stack.inbox.fail({ kind: 'error' });
  await createProject(world, user);
  await world.settle();
  const [run] = await world.runs();
  return run?.runId ?? '';
}

describe('skene runs', () => {
  it('says that there are none', async () => {
    expect(await skene(world, 'runs', 'list')).toMatchObject({ code: 0, out: 'There is no such run.\n' });
    expect(await skene(world, 'runs', 'list', '--json')).toMatchObject({ code: 0, out: '[]\n' });
  });

  it('lists them by loop, user and state, the newest first', async () => {
    const [ada] = [await signUp(world, 'Ada'), await signUp(world, 'Bob')];
    await createProject(world, ada);
    await world.settle();
    const { out } = await skene(world, 'runs', 'list');
    expect(out.split('\n')[0]).toMatch(/^run +user +started +state +last$/);
    expect(out).toMatch(/ 1 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +ended +\S+: sent/);
    expect(out).toMatch(/ 2 .* under way +started/);
    const ids = async (...filter: string[]) =>
      (
        JSON.parse((await skene(world, 'runs', 'list', '--json', ...filter)).out) as Array<{
          subject: string;
        }>
      ).map(({ subject }) => subject);
    expect(await ids('--state', 'ended')).toEqual(['1']);
    expect(await ids('--state', 'under-way')).toEqual(['2']);
    expect(await ids('--subject', '2')).toEqual(['2']);
    expect(await ids('--loop', 'another')).toEqual([]);
    expect(await ids('--limit', '1')).toHaveLength(1);
    expect(await skene(world, 'runs', 'list', '--state', 'lost')).toMatchObject({ code: 2 });
  });

  it('shows why one was given up, and goes on with it from there', async () => {
    const runId = await failedRun();
    expect(world.emails).toEqual([]);
    const shown = await skene(world, 'runs', 'show', runId);
    expect(shown.out).toMatch(/failed/);
    expect(shown.out).toMatch(/Given up: 500 .*The inbox was told to fail/);
    expect(shown.out).toContain(`skene runs retry ${runId}`);

    expect(await skene(world, 'runs', 'retry', runId)).toMatchObject({ code: 0, out: `${runId} goes on.\n` });
    await world.settle();
    expect(world.emails).toHaveLength(1);
    expect(await skene(world, 'runs', 'show', runId)).toMatchObject({
      out: expect.stringContaining('ended'),
    });
    const again = await skene(world, 'runs', 'retry', runId);
    expect(again).toMatchObject({ code: 2 });
    expect(again.note).toContain('there is nothing to resume');
  });

  it('goes on with one as it was: what its user did before counts', async () => {
    await world.use({
      loops: [
        {
          id: 'trial',
          type: 'activation',
          opinion: 'Whoever has a project is welcomed',
          steps: [
            {
              trigger: { type: 'event', name: 'trial.started' },
              condition: { type: 'event', name: 'project.created', timeout: '1h' },
              action: activation.steps[0]?.action ?? { type: 'block', message: '' },
            },
          ],
          recovery: { retries: 0 },
        },
      ],
    });
    const user = await signUp(world, 'Ada');
    await world.track({ name: 'trial.started', subject: user });
    world.stack.inbox.fail({ kind: 'error' });
    await world.track({ name: 'project.created', subject: user });
    await world.advance('1h');
    const [{ runId = '' } = {}] = await world.runs();
    expect(await skene(world, 'runs', 'retry', runId)).toMatchObject({ code: 0 });
    await world.settle();
    expect(world.emails).toHaveLength(1);
    expect(await outcomes(world)).toEqual(['started', 'met', 'sent']);
  });

  it('ends one that waits, which then does nothing', async () => {
    const user = await signUp(world, 'Ada');
    await world.settle();
    const [{ runId = '' } = {}] = await world.runs();
    expect(await skene(world, 'runs', 'cancel', runId)).toMatchObject({
      code: 2,
      note: expect.stringContaining('--yes'),
    });
    expect(await skene(world, 'runs', 'cancel', runId, '--yes')).toMatchObject({ code: 0 });
    await createProject(world, user);
    await world.advance('1d');
    expect(world.emails).toEqual([]);
    expect(await outcomes(world)).toEqual(['started', 'cancelled']);
    const again = await skene(world, 'runs', 'cancel', runId, '--yes');
    expect(again).toMatchObject({ code: 2, note: expect.stringContaining('is over') });
  });

  it('knows no run of another name', async () => {
    for (const command of ['show', 'retry', 'cancel'])
      expect(
        await skene(world, 'runs', command, 'wfr_none', ...(command === 'cancel' ? ['--yes'] : [])),
      ).toMatchObject({
        code: 2,
        note: expect.stringContaining('No run is called wfr_none'),
      });
  });
});

describe('skene export and skene erase', () => {
  it('hand out what is kept of somebody, and remove it', async () => {
    await signUp(world, 'Ada');
    await world.settle();
    const { out } = await skene(world, 'export', '1');
    expect(JSON.parse(out)).toMatchObject({ subject: '1', runs: [{ loop: 'welcome', subject: '1' }] });
    expect(await skene(world, 'erase', '1')).toMatchObject({ code: 2 });
    expect(await skene(world, 'erase', '1', '--yes')).toMatchObject({
      code: 0,
      out: '1 was erased, with 1 runs.\n',
    });
    await createProject(world, '1');
    await world.advance('1d');
    expect(world.emails).toEqual([]);
    expect(JSON.parse((await skene(world, 'export', '1')).out)).toMatchObject({ runs: [], facts: {} });
    expect(await redisText(world)).not.toContain('ada@example.com');
  });

  it('erase a run that was resumed, too', async () => {
    const runId = await failedRun();
    world.stack.inbox.fail({ kind: 'error' });
    await skene(world, 'runs', 'retry', runId);
    await skene(world, 'erase', '1', '--yes');
    await world.advance('1d');
    expect(await world.runs()).toEqual([]);
  });
});
