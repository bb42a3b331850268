import type { Config } from '../config/index.ts';
import type { Plan, PlanCondition, Watch } from '../plan/index.ts';

type Change = Watch['changes'][number];
type Activity = Extract<PlanCondition, { type: 'activity' }>;

/** The tables whose changes matter: those that start runs, and those whose rows can make a waiting condition true. */
export function watchesOf(plans: readonly Plan[], tables: Config['tables']): Watch[] {
  const watches = new Map<string, Watch>();

  function watchOf(table: string): Watch {
    const settings = tables[table];
    const watch = watches.get(table) ?? {
      table,
      id: settings?.id ?? 'id',
      cursor: settings?.cursor,
      subjects: [],
      changes: [],
    };
    watches.set(table, watch);
    return watch;
  }

  function add(table: string, subject: string, change: Change): void {
    const watch = watchOf(table);
    if (!watch.subjects.includes(subject)) watch.subjects.push(subject);
    if (!watch.changes.some((known) => JSON.stringify(known) === JSON.stringify(change)))
      watch.changes.push(change);
  }

  function rollUp({ table, subject, time, window, baseline }: Activity): void {
    const watch = watchOf(table);
    const days = Math.max(rollupDays({ window, baseline }), watch.rollup?.days ?? 0);
    watch.rollup = { subject, time, days };
  }

  for (const { trigger, steps, goal } of plans) {
    for (const { condition } of steps)
      if (condition?.type === 'activity' && condition.rollup) rollUp(condition);
    if (trigger.type === 'database')
      add(trigger.table, trigger.subject, { operation: trigger.operation, equals: trigger.where });
    for (const sign of [...steps.map(({ condition }) => condition), goal?.sign]) {
      if (sign?.type !== 'query') continue;
      for (const { table, column, equals } of sign.wakes) {
        for (const operation of ['insert', 'update'] as const) add(table, column, { operation, equals });
      }
      const watch = watches.get(sign.select?.table ?? '');
      if (watch !== undefined && sign.select?.source.type === 'index')
        watch.lookups = [...new Set([...(watch.lookups ?? []), sign.select.source.column])];
    }
  }
  return [...watches.values()];
}

/** How many days back a condition looks: whole ones, and one that has not ended. */
function rollupDays({ window, baseline }: Pick<Activity, 'window' | 'baseline'>): number {
  return Math.ceil(window / 86_400) + Math.ceil(baseline / 86_400) + 1;
}
