import { EnvError } from '../errors/index.ts';
import type { Deployment, Plan } from '../plan/index.ts';
import { analyseQuery, type Dialect } from '../sql/index.ts';
import type { Shape, Source, SourceTable } from './source.ts';

const TIME_COLUMNS = [
  'created_at',
  'createdat',
  'inserted_at',
  'occurred_at',
  'happened_at',
  'created',
  'timestamp',
];

/** The tables that a loop looks at, users first. */
export async function readTables(
  source: Source,
  {
    plans,
    deployment,
    times,
  }: { plans: readonly Plan[]; deployment: Deployment; times: Readonly<Record<string, string>> },
): Promise<SourceTable[]> {
  const { users, watches } = deployment;
  const names = new Set([users.table, ...plans.flatMap((plan) => tablesOf(plan, source.dialect))]);
  const tables: SourceTable[] = [];
  for (const name of names) {
    const shape = await source.shapeOf(name);
    if (shape === undefined)
      throw new EnvError('USAGE', `The database has no table ${name}.`, { hint: 'The loop reads it.' });
    const watch = watches.find(({ table }) => table === name);
    tables.push({
      ...shape,
      name,
      time: times[name] ?? timeColumnOf(shape),
      subject: name === users.table ? users.id : watch?.subjects[0],
    });
  }
  return tables;
}

function tablesOf({ trigger, steps, goal }: Plan, dialect: Dialect): string[] {
  const queries = steps.flatMap(({ condition }) => (condition?.type === 'query' ? [condition.sql] : []));
  if (goal?.sign.type === 'query') queries.push(goal.sign.sql);
  const activities = steps.flatMap(({ condition }) =>
    condition?.type === 'activity' ? [condition.table] : [],
  );
  const read = queries.flatMap((sql) => {
    const analysis = analyseQuery(sql, { dialect, parameters: sql.includes('$1') ? 1 : 0 });
    return analysis.ok ? analysis.reads.map(({ table }) => table) : [];
  });
  return [...(trigger.type === 'database' ? [trigger.table] : []), ...read, ...activities];
}

function timeColumnOf({ columns }: Shape): string | undefined {
  const times = columns.filter(({ type }) => /^(?:timestamp|date)/.test(type));
  for (const wanted of TIME_COLUMNS) {
    const found = times.find(({ name }) => name.toLowerCase() === wanted);
    if (found !== undefined) return found.name;
  }
  return undefined;
}

/** Which users are looked at: some who may have entered the loop in the time, always the same. */
export function sampleSubjects(
  source: Source,
  tables: readonly SourceTable[],
  { plan, from, to, most }: { plan: Plan; from: number; to: number; most: number },
): Promise<string[]> {
  const { trigger, users } = plan;
  const { table, subject } =
    trigger.type === 'database' ? trigger : { table: users.table, subject: users.id };
  const column = tables.find(({ name }) => name === table)?.time;
  const isBounded = trigger.type === 'database' && column !== undefined;
  return source.subjects({ table, subject, most, between: isBounded ? { column, from, to } : undefined });
}
