import type { LoopInput } from '../../../src/index.ts';
import { shareOf } from '../../../src/outcomes/index.ts';
import type { World } from '../../../src/testing/index.ts';

/** What tells that somebody has a first project. */
export const HAS_PROJECT = `SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'first_project_created'`;

/** The email of {@link reminder}. */
export const email = {
  type: 'email',
  template: 'activation_welcome',
  personalization: { name: '{{user.name}}', activationLink: 'https://example.com/start' },
} satisfies LoopInput['steps'][number]['action'];

/** The step of {@link reminder}. */
export const step = {
  trigger: { type: 'database', table: 'users', event: 'insert' },
  condition: { type: 'query', query: HAS_PROJECT, timeout: '5m' },
  action: { type: 'custom', name: 'celebrate' },
  otherwise: email,
} satisfies LoopInput['steps'][number];

/** Whoever has no project five minutes after signing up is reminded; having one is the goal, as it is what the step waits for. */
export const reminder = {
  id: 'welcome',
  type: 'activation',
  opinion: 'Somebody who is reminded of a first project creates one',
  steps: [step],
} satisfies LoopInput;

/** What {@link reminder} does with who needs no reminder. */
export const actions = { celebrate: async () => {} };

/** Does what {@link reminder} waits for. */
export async function createProject(world: World, userId: string): Promise<void> {
  await world.rows('user_actions').insert({ user_id: userId, action_type: 'first_project_created' });
}

/** Whether a subject of {@link reminder} is held out when this share is. */
export function isHeld(subject: string, holdout: number): boolean {
  return shareOf(`${reminder.id}/holdout`, subject) < holdout;
}
