import type { Env } from '../env/index.ts';
import type { Deployment } from '../plan/index.ts';
import { createQStashClient } from '../runs/index.ts';

/** A schedule as it is, or is to be, at QStash. */
export interface ScheduleAction {
  id: string;
  action: 'create' | 'change' | 'keep' | 'remove';
  cron: string;
  destination: string;
}

/** QStash's shortest period: each minute. Rows are carried at once where a relay listens; this is for where none can. */
const DRAIN_CRON = '* * * * *';

/**
 * Compares the schedules a deployment needs with those QStash has. Only schedules of this namespace's own ids are ever touched.
 */
export async function planScheduleSync(env: Env, deployment: Deployment): Promise<ScheduleAction[]> {
  const prefix = `skene-${env.namespace}-`;
  const desired =
    deployment.watches.length > 0 && !env.isPreview
      ? [{ id: `${prefix}drain`, cron: DRAIN_CRON, destination: `${env.baseUrl}/api/schedules/drain` }]
      : [];
  const found = (await createQStashClient(env.qstash).schedules.list()).filter(({ scheduleId }) =>
    scheduleId.startsWith(prefix),
  );
  return [
    ...desired.map((schedule): ScheduleAction => {
      const existing = found.find(({ scheduleId }) => scheduleId === schedule.id);
      if (existing === undefined) return { ...schedule, action: 'create' };
      const isSame = existing.cron === schedule.cron && existing.destination === schedule.destination;
      return { ...schedule, action: isSame ? 'keep' : 'change' };
    }),
    ...found
      .filter(({ scheduleId }) => !desired.some(({ id }) => id === scheduleId))
      .map(
        ({ scheduleId, cron, destination }): ScheduleAction => ({
          id: scheduleId,
          cron,
          destination,
          action: 'remove',
        }),
      ),
  ];
}

/** Does what a plan says. Creating a schedule whose id exists replaces it. */
export async function applyScheduleSync(env: Env, actions: readonly ScheduleAction[]): Promise<void> {
  const { schedules } = createQStashClient(env.qstash);
  for (const { id, action, cron, destination } of actions) {
    if (action === 'remove') await schedules.delete(id);
    if (action === 'create' || action === 'change') {
      await schedules.create({ scheduleId: id, destination, cron, retries: 0, headers: env.bypassHeaders });
    }
  }
}
