import type { Deployment, Plan, PlanGoal, PlanStep } from '../plan/index.ts';
import type { Source, SourceTable } from './source.ts';

/** A deployment as it would be were its database the local PostgreSQL. */
export function onPostgres(
  deployment: Deployment,
  source: Source,
  tables: readonly SourceTable[],
): Deployment {
  const names = tables.flatMap(({ name, columns }) => [
    ...name.split('.'),
    ...columns.map((column) => column.name),
  ]);
  const translate = (sql: string): string => source.translate(sql, names);
  const { database, plans } = deployment;
  return {
    ...deployment,
    database: { urlVariable: database.urlVariable },
    plans: plans.map((plan) => translated(plan, translate)),
  };
}

function translated(plan: Plan, translate: (sql: string) => string): Plan {
  const step = ({ condition, after, ...rest }: PlanStep): PlanStep => ({
    ...rest,
    ...(condition === undefined
      ? {}
      : {
          condition:
            condition.type === 'query'
              ? { ...condition, sql: translate(condition.sql), select: undefined }
              : condition,
        }),
    ...(after === undefined ? {} : { after: translate(after) }),
  });
  const goal = ({ sign, ...rest }: PlanGoal): PlanGoal => ({
    ...rest,
    sign: sign.type === 'query' ? { ...sign, sql: translate(sign.sql), select: undefined } : sign,
  });
  return { ...plan, steps: plan.steps.map(step), ...(plan.goal && { goal: goal(plan.goal) }) };
}
