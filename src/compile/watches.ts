import type { Config } from '../config/index.ts';
import type { Plan, Watch } from '../plan/index.ts';

type Change = Watch['changes'][number];

/** The tables whose changes matter: those that start runs, and those whose rows can make a waiting condition true. */
export function watchesOf(plans: readonly Plan[], tables: Config['tables']): Watch[] {
  const watches = new Map<string, Watch>();

  function add(table: string, subject: string, change: Change): void {
    const settings = tables[table];
    const watch = watches.get(table) ?? {
      table,
      id: settings?.id ?? 'id',
      cursor: settings?.cursor,
      subjects: [],
      changes: [],
    };
    watches.set(table, watch);
    if (!watch.subjects.includes(subject)) watch.subjects.push(subject);
    if (!watch.changes.some((known) => JSON.stringify(known) === JSON.stringify(change)))
      watch.changes.push(change);
  }

  for (const { trigger, steps, goal } of plans) {
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
