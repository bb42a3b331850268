import type { ConfigInput } from '../../../src/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { createProject, email, isHeld, reminder, step } from '../outcomes/reminder.ts';

const config: ConfigInput = {
  loops: [
    {
      ...reminder,
      holdout: 0.3,
      steps: [
        {
          ...step,
          action: { ...email, subject: 'Well begun' },
          otherwise: {
            ...email,
            variants: [
              { id: 'plain', subject: 'Shall we help?' },
              { id: 'bold', subject: 'Start today!' },
            ],
          },
        },
      ],
      recovery: { retries: 0 },
    },
    {
      id: 'trial-ends',
      type: 'activation',
      opinion: 'Somebody who is told that a trial ends decides in time',
      steps: [
        {
          trigger: { type: 'event', name: 'trial.started' },
          condition: { type: 'event', name: 'plan.chosen', timeout: '13d' },
          action: { ...email, subject: 'Thank you' },
          otherwise: { ...email, subject: 'Your trial ends tomorrow' },
        },
      ],
    },
    {
      id: 'free-limit',
      type: 'freemium',
      opinion: 'Whoever reaches the limit of the free plan upgrades',
      steps: [
        {
          trigger: { type: 'api', endpoint: '/api/features/*', method: 'POST' },
          condition: { type: 'usage', limit: { free: 3, paid: Number.POSITIVE_INFINITY }, period: '30d' },
          action: {
            type: 'block',
            message: 'That was the last free one.',
            upgradeUrl: 'https://example.com/up',
          },
        },
      ],
    },
  ],
};

/** A world of three loops in which nothing has happened. */
export const openEmpty = (): Promise<World> => createWorld({ config });

/**
 * A world of three loops that was lived in for ten days: runs that ended, one that was given up, one that waits; people who were held out, and
 * two variants of an email; a loop in which nothing happened.
 */
export async function openLivedIn(): Promise<World> {
  const world = await openEmpty();
  for (let day = 0; day < 10; day++) {
    for (let index = 0; index <= day % 3; index++) {
      const { id } = await world.signUp();
      if (index === 1) await createProject(world, id);
    }
    await world.advance('6m');
    if (day % 4 === 0) await createProject(world, String(day + 1));
    await world.advance('1d');
  }
  const given = await signUpOf(world, (id) => !isHeld(id, 0.3));
  world.stack.inbox.fail({ kind: 'error' });
  await createProject(world, given);
  await world.settle();
  await world.track({ name: 'trial.started', subject: given });
  return world;
}

/** Writes runs down that nobody has taken, each of another user, the last of them the newest. */
export async function noteRuns(world: World, count: number, first = 0): Promise<void> {
  const runs = Array.from({ length: count }, (_, index) => first + index);
  for (let from = 0; from < count; from += 1_000)
    await world.state.runLog.record(
      runs.slice(from, from + 1_000).map((number) => ({
        runId: `wfr_reminder-${number}`,
        loop: 'reminder',
        subject: `u${number}`,
        outcome: 'started',
        step: '',
        at: number + 1,
      })),
    );
}

/** Signs people up until one of them is of the kind that is wanted. */
async function signUpOf(world: World, isWanted: (id: string) => boolean): Promise<string> {
  for (;;) {
    const { id } = await world.signUp();
    if (isWanted(id)) return id;
  }
}
