import type { UsageRow } from '../gate/index.ts';
import type { UsageEntry } from '../usage/index.ts';

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
