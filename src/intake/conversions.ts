import type { SkeneEvent } from '../events/index.ts';
import { BLOCKED, hasValues, type Plan } from '../plan/index.ts';
import type { Services } from './services.ts';

/** Events after which somebody pays who did not, or pays more. */
const STARTED = 'subscription.started';
const UPGRADED = 'subscription.upgraded';

/** How long after a touch a conversion is its doing, in seconds, for plans that have no goal of their own. */
const USUAL_WITHIN = 30 * 86_400;

/**
 * Notes whom a gate has stopped, and who has come to pay, with what the loops at whose gate they stood had done before. Told again, an
 * event counts nothing.
 */
export async function noteConversions(
  events: readonly SkeneEvent[],
  plans: readonly Plan[],
  { state, now }: Pick<Services, 'state' | 'now'>,
): Promise<void> {
  const gates = plans.filter(({ type, trigger }) => type === 'freemium' && trigger.type === 'api');
  await Promise.all(gates.flatMap((plan) => events.map((event) => noteEvent(event, plan, { state, now }))));
}

async function noteEvent(
  { id, type, subject, data }: SkeneEvent,
  { loop, entry, goal }: Plan,
  { state, now }: Pick<Services, 'state' | 'now'>,
): Promise<void> {
  if (subject === undefined) return;
  if (type === BLOCKED && hasValues(data, { loop, step: entry }))
    await state.conversions.touch(subject, loop, { touch: 'block', at: now() });
  if (type !== STARTED && type !== UPGRADED) return;
  await state.conversions.note({
    id,
    loop,
    subject,
    at: now(),
    within: goal?.within ?? USUAL_WITHIN,
    // Who paid already, and pays more for reasons of their own, has not come over from the free plan.
    countsAlone: type === STARTED,
  });
}
