import type { ActionContext, ActionResult, ActionSite } from './perform.ts';

/** Says what brought somebody to pay; that it is counted is not this run's doing, as many who pay have none. */
export async function performConvert(
  { subject, loop, scope: { row } }: ActionSite,
  { state }: ActionContext,
): Promise<ActionResult> {
  const { plan, previousPlan, monthlyAmount } = row;
  const attribution = await state.conversions.last(subject, loop);
  return { outcome: 'converted', detail: { attribution, plan, previousPlan, monthlyAmount } };
}
