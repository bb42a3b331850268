import type { SkeneEvent } from '../events/index.ts';
import type { PlanCondition } from './plan.ts';

/** The columns by which rows of a table name their user: `{ user_actions: ['user_id'] }`. */
export type SubjectColumns = Readonly<Record<string, readonly string[]>>;

/** The name under which runs wait for a row of `table` about one user. */
export function rowTopic(table: string, column: string, subject: string): string {
  return `db.${table}.${column}=${subject}`;
}

/** The name under which runs wait for an event of one user. */
export function eventTopic(name: string, subject: string): string {
  return `event.${name}=${subject}`;
}

/** The events of which any will do. */
export function namesOf({ name, or = [] }: { name: string; or?: readonly string[] | undefined }): string[] {
  return [name, ...or];
}

/** The topics a waiting condition listens to. */
export function topicsOf(condition: PlanCondition, subject: string): string[] {
  if (condition.type === 'event') return namesOf(condition).map((name) => eventTopic(name, subject));
  if (condition.type !== 'query') return [];
  return [...new Set(condition.wakes.map((wake) => rowTopic(wake.table, wake.column, subject)))];
}

/** The topics on which an event is heard. */
export function topicsOfEvent(event: SkeneEvent, columns: SubjectColumns): string[] {
  const table = /^db\.(.+)\.(?:insert|update|delete)$/.exec(event.type)?.[1];
  if (table === undefined) return event.subject === undefined ? [] : [eventTopic(event.type, event.subject)];
  return (columns[table] ?? []).flatMap((column) => {
    const value = event.data?.[column];
    return value === null || value === undefined ? [] : [rowTopic(table, column, String(value))];
  });
}
