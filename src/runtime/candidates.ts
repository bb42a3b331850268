import type { Row } from '../databases/index.ts';
import { addressKey, isAddress } from '../email/index.ts';
import { shareOf } from '../outcomes/index.ts';
import { type Plan, type PlanRules, quietUntil } from '../plan/index.ts';
import type { Candidate } from '../state/index.ts';

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
    return {
      subject,
      addressKey: isMarketing(plan) && hasAddress ? addressKey(email) : '',
      arm: '',
      bar: isHeldOut(plan, rules, subject)
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

function isHeldOut(plan: Plan, { holdout }: PlanRules, subject: string): boolean {
  return holdout > 0 && shareOf(`${plan.loop}/holdout`, subject) < holdout;
}

function isMarketing({ steps }: Plan): boolean {
  return steps.some(({ action }) => action.type === 'email' && action.kind === 'marketing');
}
