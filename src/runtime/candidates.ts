import type { Row } from '../databases/index.ts';
import { addressKey, isAddress } from '../email/index.ts';
import { isHeldOut } from '../outcomes/index.ts';
import { type Plan, type PlanRules, quietUntil, sendsMarketing } from '../plan/index.ts';
import type { Candidate } from '../state/index.ts';

/** What candidates are made with. */
export interface CandidateContext {
  plan: Plan;
  rules: PlanRules;
  /** Ms since the epoch. */
  now: number;
  /** The variants that would fall to a subject. */
  armsOf: (subject: string) => string;
}

/** The rows of an audience as the ledger is asked about them, and when the first of those in their quiet hours can be mailed. */
export function candidatesOf(
  rows: ReadonlyMap<string, Row>,
  { plan, rules, now, armsOf }: CandidateContext,
): { candidates: Candidate[]; quietUntil: number | undefined } {
  let firstEnd: number | undefined;
  const candidates = [...rows].map(([subject, row]): Candidate => {
    const email = row[plan.users.email];
    const isMailed = plan.steps.some(({ action }) => action.type === 'email');
    const hasAddress = typeof email === 'string' && isAddress(email);
    const end = quietUntil(rules.quietHours, { timezone: row[plan.users.timezone ?? 'timezone'], now });
    if (end !== undefined) firstEnd = Math.min(end, firstEnd ?? end);
    return {
      subject,
      addressKey: sendsMarketing(plan) && hasAddress ? addressKey(email) : '',
      arm: armsOf(subject),
      // Held out last: whoever could not be mailed is no more held out than the others are mailed.
      bar:
        isMailed && !hasAddress
          ? 'no address'
          : end !== undefined
            ? 'quiet hours'
            : isHeldOut(plan, subject)
              ? 'held_out'
              : undefined,
    };
  });
  return { candidates, quietUntil: firstEnd };
}
