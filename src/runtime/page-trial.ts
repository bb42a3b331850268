import type { Plan } from '../plan/index.ts';
import type { Exposure, OpenPage, PageFact, PageSite } from '../state/index.ts';
import { armAt } from './assign.ts';

/** Who of a page was mailed, and who was held out in place of it. The next step of an episode belongs to what the first began. */
export function exposuresOf(
  facts: readonly PageFact[],
  { page, site, plan }: { page: OpenPage; site: PageSite; plan: Plan },
): Exposure[] {
  const base = { episode: site.id, at: site.now };
  const first = plan.steps[0]?.id ?? '';
  const held = page.skipped.flatMap(({ subject, isNew }): Exposure[] =>
    isNew ? [{ ...base, subject, group: 'held', step: first, arm: '' }] : [],
  );
  const mailed = facts.flatMap(({ subject, outcome, claim }): Exposure[] => {
    if (claim === undefined || (outcome !== 'sent' && outcome !== 'done')) return [];
    const { step, arm } = claim.claimed;
    const id = plan.steps[step]?.id ?? '';
    return [{ ...base, subject, continues: step > 0, group: 'sent', step: id, arm: armAt(arm, step) }];
  });
  return [...held, ...mailed];
}
