import type { Env } from '../env/index.ts';
import { isLookedFor } from '../outcomes/index.ts';
import { type Deployment, taskOf } from '../plan/index.ts';
import { createQStashClient } from '../runs/index.ts';

/** A schedule as it is, or is to be, at QStash. */
export interface ScheduleAction {
  id: string;
  action: 'create' | 'change' | 'keep' | 'remove';
  /** As QStash takes it: with `CRON_TZ=Area/City ` in front where the time zone is not UTC. */
  cron: string;
  destination: string;
  /** How often a tick that was not taken is told again. */
  retries: number;
}

type Schedule = Omit<ScheduleAction, 'action'>;

/** QStash's shortest period: each minute. Rows are carried at once where a relay listens; this is for where none can. */
const DRAIN_CRON = '* * * * *';

/** Where no rows are to be carried, and only goals to be looked for. */
const LOOK_CRON = '0 * * * *';

/** A lost tick of a daily loop costs a day; a lost drain, a minute. */
const TICK_RETRIES = 3;

/**
 * Compares the schedules a deployment needs with those QStash has. Only schedules of this namespace's own ids are ever touched.
 */
export async function planScheduleSync(env: Env, deployment: Deployment): Promise<ScheduleAction[]> {
  const prefix = `skene-${env.namespace}-`;
  const desired = env.isPreview ? [] : schedulesOf(deployment, { prefix, functionsUrl: env.functionsUrl });
  const found = (await createQStashClient(env.qstash).schedules.list()).filter(({ scheduleId }) =>
    scheduleId.startsWith(prefix),
  );
  return [
    ...desired.map((schedule): ScheduleAction => {
      const existing = found.find(({ scheduleId }) => scheduleId === schedule.id);
      if (existing === undefined) return { ...schedule, action: 'create' };
      const { cron, destination, retries = schedule.retries } = existing;
      const isSame =
        cron === schedule.cron && destination === schedule.destination && retries === schedule.retries;
      return { ...schedule, action: isSame ? 'keep' : 'change' };
    }),
    ...found
      .filter(({ scheduleId }) => !desired.some(({ id }) => id === scheduleId))
      .map(
        ({ scheduleId, cron, destination, retries = 0 }): ScheduleAction => ({
          id: scheduleId,
          cron,
          destination,
          retries,
          action: 'remove',
        }),
      ),
  ];
}

/** Does what a plan says. Creating a schedule whose id exists replaces it. */
export async function applyScheduleSync(env: Env, actions: readonly ScheduleAction[]): Promise<void> {
  const { schedules } = createQStashClient(env.qstash);
  for (const { id, action, cron, destination, retries } of actions) {
    if (action === 'remove') await schedules.delete(id);
    if (action === 'create' || action === 'change') {
      await schedules.create({ scheduleId: id, destination, cron, retries, headers: env.bypassHeaders });
    }
  }
}

/** The schedules a deployment needs, with ids that begin with `prefix`. */
export function schedulesOf(
  { plans, watches }: Deployment,
  { prefix, functionsUrl }: { prefix: string; functionsUrl: string },
): Schedule[] {
  const schedule = (task: string, cron: string, retries: number): Schedule => ({
    id: `${prefix}${task}`,
    cron,
    destination: `${functionsUrl}/schedules/${task}`,
    retries,
  });
  const ticks = plans.flatMap((plan) => {
    if (plan.trigger.type !== 'schedule') return [];
    const { cron, timezone } = plan.trigger;
    const inZone = timezone === 'UTC' ? cron.trim() : `CRON_TZ=${timezone} ${cron.trim()}`;
    return [schedule(taskOf(plan), inZone, TICK_RETRIES)];
  });
  const cron = watches.length > 0 ? DRAIN_CRON : plans.some(isLookedFor) ? LOOK_CRON : undefined;
  return [...(cron === undefined ? [] : [schedule('drain', cron, 0)]), ...ticks];
}
