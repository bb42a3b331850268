import type { LoopInput } from '../../../src/index.ts';
import type { World } from '../../../src/testing/index.ts';

type Schedule = { cron: string; timezone?: string };

/** The loop of the NestJS seed: who has been away for a week is invited back, daily at nine. */
export function dormant(
  { cron, timezone }: Schedule = { cron: '0 9 * * *' },
): LoopInput & { type: 'retention' } {
  return {
    type: 'retention',
    opinion: 'Detect dormant users and trigger personalized re-engagement campaigns',
    steps: [
      {
        trigger: { type: 'schedule', cron, ...(timezone === undefined ? {} : { timezone }) },
        condition: {
          type: 'query',
          query: `SELECT * FROM users WHERE last_activity_at < NOW() - INTERVAL '7 days' AND re_engagement_sent = false`,
          timeout: '10m',
        },
        action: {
          type: 'email',
          template: 're_engagement',
          personalization: { name: '{{user.name}}', lastActivity: '{{user.last_activity_at}}' },
        },
      },
    ],
  };
}

/** The loop of the seed as it stands. */
export const retention = dormant();

/** Gives the users of a world the columns of the seed. */
export async function addActivity(world: World): Promise<void> {
  await world.sql(`alter table users add column last_activity_at timestamptz,
    add column re_engagement_sent boolean not null default false`);
}

/** Makes users who were last there so many days ago (`user1@example.com`...); answers with their ids. */
export async function addUsers(world: World, count: number, daysAway: number): Promise<string[]> {
  const rows = await world.sql<{ id: unknown }>(
    `insert into users (email, name, last_activity_at)
     select 'user' || n || '@example.com', 'User ' || n, now() - make_interval(days => $2::int)
     from generate_series(1, $1::int) as n returning id`,
    [count, daysAway],
  );
  return rows.map(({ id }) => String(id));
}
