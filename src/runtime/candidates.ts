import type { Row } from '../databases/index.ts';
import { addressKey, isAddress } from '../email/index.ts';
import { type Plan, type PlanRules, quietUntil, sendsMarketing } from '../plan/index.ts';
import type { Candidate } from '../state/index.ts';
import { assign } from './assign.ts';

/** The rows of an audience as the ledger is asked about them, and when the first of those in their quiet hours can be mailed. */
export function candidatesOf(
  rows: ReadonlyMap<string, Row>,
  { plan, rules, now }: { plan: Plan; rules: PlanRules; now: number },
): { candidates: Candidate[]; quietUntil: number | undefined } {
  let firstEnd: number | undefined;
  const candidates = [...rows].map(([subject, row]): Candidate => {
    const email = row[plan.users.email];
    const isMailed = plan.steps.some(({ action }) => action.type === 'email');
    const hasAddress = typeof email === 'string' && isAddress(email);
    const end = quietUntil(rules.quietHours, { timezone: row[plan.users.timezone ?? 'timezone'], now });
    if (end !== undefined) firstEnd = Math.min(end, firstEnd ?? end);
    const { isHeldOut, arm } = assign(plan, subject);
    return {
      subject,
      addressKey: sendsMarketing(plan) && hasAddress ? addressKey(email) : '',
      arm,
      bar: isHeldOut
        ? 'held_out'
        : isMailed && !hasAddress
          ? 'no address'
          : end === undefined
            ? undefined
            : 'quiet hours',
    };
  });
  return { candidates, quietUntil: firstEnd };
}
