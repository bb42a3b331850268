import type { DecideBySql, UsageRow } from '../gate/index.ts';
import type { UsageCharge, UsageEntry } from '../usage/index.ts';

/** How counters of the gate stand, as the table has it. */
export function usageEntries(rows: readonly UsageRow[]): UsageEntry[] {
  return rows.map(({ subject, rule, periodStart, resetAt, used, sequence }) => ({
    subject,
    feature: rule.name,
    periodStart,
    periodEnd: resetAt,
    used,
    version: sequence,
  }));
}

/** How long a period lasts that no calendar ends at a known time, in ms: what is counted in an outage is counted anew soon after. */
const USUAL_PERIOD_MS = 30 * 86_400_000;

/** A call that the table has to decide on. */
export function usageCharge({ subject, rule, cost, limit }: Parameters<DecideBySql>[0]): UsageCharge {
  const periodMs = typeof rule.period === 'number' ? rule.period * 1_000 : USUAL_PERIOD_MS;
  return { subject, feature: rule.name, units: cost, limit, periodMs };
}
