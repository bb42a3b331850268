import type { SkeneEvent } from '../events/index.ts';
import type { CustomerRecord, Subscription } from '../state/index.ts';

/** What may happen to a subscription, as loops can trigger on it: `subscription.started` is the conversion. */
type Change = 'started' | 'upgraded' | 'downgraded' | 'churned';

/** While these last a customer may use what it pays for; `past_due` is Stripe's time of trying the card again. */
const PAYING = ['active', 'trialing', 'past_due'];

/**
 * The events that tell loops what changed since they were last told. Their id is that of the telling, so that the same change, found again
 * before it was noted as told, is the same event.
 */
export function tellingsOf(customer: string, subject: string, record: CustomerRecord): SkeneEvent[] {
  const change = changeOf(record);
  if (change === undefined) return [];
  const { current, told, version } = record;
  return [
    {
      specversion: '1.0',
      id: `${customer}:${version}:${change}`,
      source: 'skene/subscriptions',
      type: `subscription.${change}`,
      subject,
      data: { customer, ...current, previousPlan: told?.plan ?? null },
    },
  ];
}

function changeOf({ current, told }: CustomerRecord): Change | undefined {
  const [before, after] = [told, current].map((one) => (isPaying(one) ? one : undefined));
  if (before === undefined || after === undefined) {
    if (before === after) return undefined;
    return before === undefined ? 'started' : 'churned';
  }
  if (before.plan === after.plan && before.monthlyAmount === after.monthlyAmount) return undefined;
  return after.monthlyAmount >= before.monthlyAmount ? 'upgraded' : 'downgraded';
}

/** Whether a customer may use what it subscribes to. */
export function isPaying(subscription: Subscription | undefined): boolean {
  return subscription !== undefined && PAYING.includes(subscription.status);
}
