import type { LoopInput } from '../../../src/index.ts';
import type { World } from '../../../src/testing/index.ts';

/** The step of `skene.config.ts`: whoever creates a first project within five minutes is welcomed. */
export const step = {
  trigger: { type: 'database', table: 'users', event: 'insert' },
  condition: {
    type: 'query',
    query: `SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'first_project_created'`,
    timeout: '5m',
  },
  action: {
    type: 'email',
    template: 'activation_welcome',
    personalization: { name: '{{user.name}}', activationLink: '{{user.activation_link}}' },
  },
} satisfies LoopInput['steps'][number];

/** A loop of that step alone. */
export const activation = {
  id: 'welcome',
  type: 'activation',
  opinion: 'Somebody who creates a first project soon after signing up stays',
  steps: [step],
} satisfies LoopInput;

/** The same, with another email for those who do not get there. */
export const withReminder = {
  ...activation,
  steps: [{ ...step, otherwise: { ...step.action, subject: 'Shall we help?' } }],
} satisfies LoopInput;

/** Signs somebody up; answers with the id of the row. */
export async function signUp(world: World, name = 'Ada'): Promise<string> {
  const [row] = await world.sql<{ id: unknown }>(
    'insert into users (email, name, activation_link) values ($1, $2, $3) returning id',
    [`${name.toLowerCase()}@example.com`, name, 'https://example.com/start'],
  );
  return String(row?.id);
}

/** Does what {@link activation} waits for. */
export async function createProject(world: World, userId: string): Promise<void> {
  await world.sql("insert into user_actions (user_id, action_type) values ($1, 'first_project_created')", [
    userId,
  ]);
}

/** What became of the only run. */
export async function outcomes(world: World): Promise<string[]> {
  const [run] = await world.runs();
  return (run?.facts ?? []).map(({ outcome }) => outcome);
}
