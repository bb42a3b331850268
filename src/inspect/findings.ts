import type { Inspection, Users } from './inspect.ts';
import type { Confidence, Evidence, Finding } from './model.ts';
import type { RelatedTable } from './related-tables.ts';

/** What a finding is about. */
export type Subject =
  | 'framework'
  | 'database'
  | 'auth'
  | 'billing'
  | 'email'
  | 'users'
  | 'key action'
  | 'usage'
  | 'subscription';

/** A finding in one form, for a person, a script or an assistant. */
export interface ListedFinding {
  subject: Subject;
  what: string;
  confidence: Confidence;
  evidence: Evidence[];
}

/** Everything that was found, in the order in which somebody would ask for it. Of tables of users only the best has its surroundings. */
export function listFindings({ stack, users }: Inspection): ListedFinding[] {
  const listed = (subject: Subject, findings: readonly Finding[]): ListedFinding[] =>
    findings.map(({ what, confidence, evidence }) => ({ subject, what, confidence, evidence }));
  return [
    ...listed('framework', stack.frameworks),
    ...listed('database', stack.databases),
    ...listed('auth', stack.auth),
    ...listed('billing', stack.billing),
    ...listed('email', stack.email),
    ...users.map(
      (found): ListedFinding => ({
        subject: 'users',
        what: found.table.name,
        confidence: found.confidence,
        evidence: found.evidence,
      }),
    ),
    ...users.slice(0, 1).flatMap(surroundingsOf),
  ];
}

function surroundingsOf({ keyActions, usage, subscriptions }: Users): ListedFinding[] {
  const listed = (subject: Subject, tables: readonly RelatedTable[]): ListedFinding[] =>
    tables.map(({ table, confidence, evidence }) => ({ subject, what: table.name, confidence, evidence }));
  return [
    ...keyActions.map(
      ({ table, confidence, evidence, values }): ListedFinding => ({
        subject: 'key action',
        what: table.name,
        confidence,
        evidence: [...evidence, ...values.map((value) => value.evidence)],
      }),
    ),
    ...listed('usage', usage),
    ...listed('subscription', subscriptions),
  ];
}
