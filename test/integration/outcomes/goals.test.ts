import { afterEach, describe, expect, it } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import type { World } from '../../../src/testing/index.ts';
import { openWorld, outcomesOf } from './outcomes-of.ts';
import { createProject, email, HAS_PROJECT, reminder } from './reminder.ts';

let world: World;
afterEach(() => world.close());

/** What else a user might be brought to. */
const shared: LoopInput = { ...reminder, goal: { event: 'project.shared', within: '7d' } };
const share = (subject: string) => world.track({ name: 'project.shared', subject });

describe('a goal', () => {
  it('is counted once, for the email that was sent within its time, and costs no message', async () => {
    world = await openWorld(reminder);
    const { id } = await world.signUp();
    await world.advance('6m');
    expect(world.emails).toHaveLength(1);
    const before = world.messages;
    await createProject(world, id);
    await createProject(world, id);
    const { entered, converted, trial } = await outcomesOf(reminder, world);
    expect({ entered, converted }).toEqual({ entered: 1, converted: 1 });
    expect(trial).toMatchObject({
      treated: { subjects: 1, converted: 1 },
      unmailed: 0,
      emails: [{ step: 'step-1:otherwise', variants: [{ variant: '', sent: 1, open: 1, converted: 1 }] }],
    });
    expect(world.messages).toBe(before);
  });

  it('that is reached later than counts is not counted', async () => {
    const loop: LoopInput = { ...reminder, goal: { query: HAS_PROJECT, within: '7d' } };
    world = await openWorld(loop);
    const { id } = await world.signUp();
    await world.advance('6m');
    await world.advance('8d');
    await createProject(world, id);
    const { converted, trial } = await outcomesOf(loop, world);
    expect(converted).toBe(0);
    expect(trial.treated).toEqual({ subjects: 1, converted: 0 });
  });

  it("that is reached before any email is no email's merit", async () => {
    world = await openWorld(reminder);
    const { id } = await world.signUp();
    await world.advance('1m');
    await createProject(world, id);
    await world.advance('10m');
    expect(world.emails).toEqual([]);
    const { converted, trial } = await outcomesOf(reminder, world);
    expect(converted).toBe(1);
    expect(trial).toMatchObject({ treated: { subjects: 0 }, unmailed: 1 });
  });

  it('that the run finds reached when it first looks is counted as well', async () => {
    world = await openWorld(reminder);
    await world.sql(
      `with person as (insert into users (email, name) values ('ada@example.com', 'Ada') returning id)
       insert into user_actions (user_id, action_type) select id, 'first_project_created' from person`,
    );
    await world.settle();
    expect(await outcomesOf(reminder, world)).toMatchObject({ converted: 1, trial: { unmailed: 1 } });
  });

  it('that is an event ends the run that waits for something else, at once', async () => {
    world = await openWorld(shared);
    const { id } = await world.signUp();
    await world.advance('1m');
    await share(id);
    const [run] = await world.runs();
    expect(run?.facts.at(-1)).toMatchObject({ outcome: 'exited', detail: { reason: 'goal' } });
    await world.advance('1h');
    expect(world.emails).toEqual([]);
    const { reasons, converted } = await outcomesOf(shared, world);
    expect({ reasons, converted }).toEqual({ reasons: { 'exited: goal': 1 }, converted: 1 });
  });

  it('that is told twice, by somebody else, or too late is counted as often as it is true', async () => {
    world = await openWorld(shared);
    const [ada, eve] = [await world.signUp(), await world.signUp()];
    await world.advance('6m');
    await share(ada.id);
    await share(ada.id);
    await share('a stranger');
    await world.advance('7d');
    await world.advance('1m');
    await share(eve.id);
    const { converted, trial } = await outcomesOf(shared, world);
    expect(converted).toBe(1);
    expect(trial.treated).toEqual({ subjects: 2, converted: 1 });
  });

  it('that only the clock and a query can tell of is looked for', async () => {
    const loop: LoopInput = {
      ...reminder,
      goal: {
        query: `SELECT 1 FROM user_actions WHERE user_id = $1 AND created_at < now() - interval '1 day'`,
        within: '6d',
      },
    };
    world = await openWorld(loop);
    const { id } = await world.signUp();
    await world.advance('6m');
    await world.rows('user_actions').insert({ user_id: id, action_type: 'anything' });
    expect((await outcomesOf(loop, world)).converted).toBe(0);
    await world.advance('2d');
    expect((await outcomesOf(loop, world)).trial.treated).toEqual({ subjects: 1, converted: 1 });
  });

  it('of each entry counts by itself', async () => {
    const loop: LoopInput = {
      id: 'welcome',
      type: 'activation',
      opinion: 'An invitation is accepted sooner when it is sent again',
      goal: { event: 'invitation.accepted', within: '1d' },
      steps: [{ trigger: { type: 'event', name: 'invitation.sent' }, action: email }],
    };
    world = await openWorld(loop);
    const { id } = await world.signUp();
    for (const accepted of [true, false, true]) {
      await world.track({ name: 'invitation.sent', subject: id });
      await world.advance('2h');
      if (accepted) await world.track({ name: 'invitation.accepted', subject: id });
      await world.advance('2d');
    }
    const { entered, converted, trial } = await outcomesOf(loop, world);
    expect({ entered, converted }).toEqual({ entered: 3, converted: 2 });
    expect(trial.treated).toEqual({ subjects: 3, converted: 2 });
  });

  it('leaves its counts when somebody is erased, and nothing that names them', async () => {
    const loop: LoopInput = {
      ...reminder,
      goal: { query: `${HAS_PROJECT} AND now() > created_at`, within: '7d' },
    };
    world = await openWorld(loop);
    const { id } = await world.signUp();
    await world.advance('6m');
    await world.state.erasure.erase(id);
    expect((await outcomesOf(loop, world)).trial.treated).toEqual({ subjects: 1, converted: 0 });
    expect(
      await world.state.looks.due({ loop: 'welcome', entry: 'step-1' }, { now: Date.now() * 2, limit: 9 }),
    ).toEqual([]);
    await createProject(world, id);
    expect((await outcomesOf(loop, world)).converted).toBe(0);
  });
});
