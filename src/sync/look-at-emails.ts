import type { Database } from '../databases/index.ts';
import { variablesOf } from '../email/index.ts';
import type { Deployment, Plan, PlanEmail, PlanStep } from '../plan/index.ts';
import { type AskedDatabase, namesOfQuery, namesOfTable } from './answered-names.ts';
import type { Finding } from './finding.ts';

/** The names that each thing has which an email of a step may speak of; what is not known of is left out. */
type Supplies = Partial<Record<'user' | 'row' | 'event', { names: readonly string[]; by: string }>>;

/**
 * Looks whether emails speak only of what the real database answers with: a value that is not there would end a run before anything is
 * sent. Says nothing of those that do.
 */
export async function lookAtEmails(
  database: Database,
  deployment: Deployment,
  id: unknown,
): Promise<Finding[]> {
  const asked: AskedDatabase = { database, id };
  const findings: Finding[] = [];
  for (const plan of deployment.plans)
    for (const step of plan.steps)
      if (step.action.type === 'email')
        findings.push(...(await lookAtEmail(plan, step, { email: step.action, asked })));
  return findings;
}

async function lookAtEmail(
  plan: Plan,
  step: PlanStep,
  { email, asked }: { email: PlanEmail; asked: AskedDatabase },
): Promise<Finding[]> {
  const supplies = await suppliesOf(plan, step, asked);
  const variables = (await Promise.all(textsOf(email).map(variablesIn))).flat();
  return [...new Set(variables)].flatMap((variable): Finding[] => {
    const [root = '', name] = variable.split(/[.[\]]/);
    const supply = supplies[root as keyof Supplies];
    if (supply === undefined || name === undefined || name === '' || supply.names.includes(name)) return [];
    return [
      {
        name: `email of ${plan.loop} ${step.id}`,
        state: 'problem',
        detail: `speaks of ${variable}, and ${supply.by} has no ${name}`,
        hint: `There are ${supply.names.join(', ')}; or write what to say without it: {{ ${variable} | default: "…" }}.`,
      },
    ];
  });
}

async function suppliesOf(plan: Plan, step: PlanStep, asked: AskedDatabase): Promise<Supplies> {
  const { condition } = step;
  const { trigger, users } = plan;
  const own = [users.id, users.email, users.name, 'id', 'email', 'name'];
  const withOwn = (names: readonly string[]) => [...new Set([...names, ...own])];
  const answer =
    condition?.type === 'query'
      ? await namesOfQuery(condition.sql, condition.aboutSubject, asked)
      : undefined;
  const row = answer && { names: answer, by: 'its query' };
  if (trigger.type === 'schedule') {
    const isFirst = step === plan.steps[0];
    return isFirst && row ? { row, user: { ...row, names: withOwn(row.names) } } : {};
  }
  // Whoever has no row is known by what the event says, which no database knows.
  if (trigger.type !== 'database') return row ? { row } : {};
  const [user, event] = [await namesOfTable(users.table, asked), await namesOfTable(trigger.table, asked)];
  return {
    ...(row && { row }),
    ...(user && { user: { names: withOwn(user), by: users.table } }),
    ...(event && { event: { names: event, by: trigger.table } }),
  };
}

function textsOf({ subject, personalization, variants }: PlanEmail): string[] {
  return [{ subject, personalization }, ...variants].flatMap((version) => [
    ...(version.subject === undefined ? [] : [version.subject]),
    ...Object.values(version.personalization ?? {}),
  ]);
}

const variablesIn = (source: string): Promise<string[]> => variablesOf({ source, label: 'It' });
