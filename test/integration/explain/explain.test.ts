import { afterEach, describe, expect, it } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { addressKey } from '../../../src/email/index.ts';
import { explainSubject } from '../../../src/explain/index.ts';
import type { LoopInput } from '../../../src/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, createProject, step } from '../loops/activation.ts';
import { addActivity, retention } from '../retention/retention.ts';

let world: World;
afterEach(() => world.close());

/** Why, of the only loop. */
async function explain(config: LoopInput, subject: string): Promise<{ because: string; story: string[] }> {
  const { state, stack } = world;
  const database = await openDatabase({ url: stack.urls.database });
  try {
    const deployment = compileConfig(resolveConfig(config));
    const context = { deployment, state, database, now: stack.clock.now() };
    const { loops } = await explainSubject(subject, undefined, context);
    const [{ because, story } = { because: '', story: [] }] = loops;
    return { because, story: story.map(({ text }) => text) };
  } finally {
    await database.close();
  }
}

const action = {
  ...step.action,
  personalization: { name: '{{user.name}}', activationLink: 'https://example.com' },
};

describe('why a loop that a row starts', () => {
  const config = { ...activation, steps: [{ ...step, action }] } satisfies LoopInput;

  it('mailed somebody', async () => {
    world = await createWorld({ config });
    const ada = await world.signUp();
    await createProject(world, ada.id);
    await world.settle();
    expect(await explain(config, ada.id)).toEqual({
      because: 'Mailed (step-1).',
      story: ['A run started.', 'The condition was true (step-1).', 'Mailed (step-1).'],
    });
  });

  it('has not mailed somebody yet, or did not in time', async () => {
    world = await createWorld({ config });
    const ada = await world.signUp();
    expect(await explain(config, ada.id)).toEqual({
      because: 'Its run waits for the condition of step-1, which is not true yet.',
      story: ['A run started.'],
    });
    await world.advance('5m');
    expect((await explain(config, ada.id)).because).toMatch(/^Not mailed: the time was up/);
  });

  it('must not mail an address', async () => {
    world = await createWorld({ config });
    await world.state.suppressions.add(addressKey('ada@example.com'), 'unsubscribed');
    const ada = await world.signUp({ email: 'ada@example.com' });
    await createProject(world, ada.id);
    await world.settle();
    expect((await explain(config, ada.id)).because).toBe(
      'Not mailed: the address must not be mailed, unsubscribed (step-1).',
    );
  });

  it('never started for somebody', async () => {
    world = await createWorld({
      config: { ...activation, id: 'other', steps: [{ trigger: { type: 'event', name: 'x' }, action }] },
    });
    expect((await explain(config, '99')).because).toBe(
      'users has no row about them (by id), so nothing started.',
    );
    await world.sql("insert into users (email, name) values ('ada@example.com', 'Ada')");
    expect((await explain(config, '1')).because).toMatch(/inserted before the loop watched the table/);
    const paying: LoopInput = {
      ...config,
      steps: [{ ...step, trigger: { ...step.trigger, where: { name: 'Grace' } }, action }],
    };
    expect((await explain(paying, '1')).because).toBe(
      'Their row of users is not one the trigger asks for: name is "Ada", not "Grace".',
    );
    await world.state.erasure.erase('1');
    expect((await explain(config, '1')).because).toMatch(/^They were erased/);
  });

  it('waits for an event that never came, or came otherwise', async () => {
    const onEvent = (name: string): LoopInput => ({
      ...activation,
      steps: [{ trigger: { type: 'event', name }, action }],
    });
    world = await createWorld({ config: onEvent('other') });
    expect((await explain(onEvent('project.created'), '1')).because).toMatch(
      /No event project.created was ever seen/,
    );
    await world.track({ name: 'project.created', subject: '1' });
    expect(await explain(onEvent('project.created'), '1')).toEqual({
      because: expect.stringMatching(/came before the loop was deployed/),
      story: ['The event project.created was seen.'],
    });
  });
});

describe('why a loop that mails an audience', () => {
  const joined = (id: string) =>
    world.sql(`update users set last_activity_at = now() - interval '30 days' where id = $1`, [id]);

  it('mailed somebody, or passes them over, or will', async () => {
    world = await createWorld({ config: retention });
    await addActivity(world);
    const [ada, bob] = [await world.signUp(), await world.signUp({ email: 'nowhere' })];
    await joined(ada.id);
    expect((await explain(retention, bob.id)).because).toBe(
      'No pass has met them yet. The next pass will not: the query does not select them now.',
    );
    expect((await explain(retention, ada.id)).because).toBe(
      'No pass has met them yet. The next will, if the caps let it.',
    );
    await joined(bob.id);
    await world.advance('2d');
    expect((await explain(retention, ada.id)).story).toEqual([
      'Mailed.',
      'Not mailed: they were mailed in this episode, and have not left the audience since.',
    ]);
    expect((await explain(retention, bob.id)).because).toBe(
      'Not mailed: there is no address to mail. The next pass will not: there is no address to mail.',
    );
  });
});
