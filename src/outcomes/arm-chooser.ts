import type { Plan, PlanAction, PlanEmail, PlanStep } from '../plan/index.ts';
import type { State, TrialCounts } from '../state/index.ts';
import { chooseArm, evidenceOf } from './arms.ts';
import { createRandom } from './random.ts';
import { hasGoal, trialSiteOf } from './trial-site.ts';

/** An email of which variants are tried, and the name under which it is counted. */
export interface TriedEmail {
  key: string;
  email: PlanEmail;
}

/** Chooses variants, by what was counted when it was made. */
export interface ArmChooser {
  /** The variant of an email that falls to somebody: the same for the same counts, and '' where there are no variants. */
  armOf(tried: TriedEmail, who: { subject: string; episode: string }): string;
}

/** What reading the counts needs. */
export interface ChooserContext {
  state: Pick<State, 'trials'>;
  /** Ms since the epoch. */
  now: number;
}

/** The emails of a step, under the names by which they are counted. */
export function emailsOf(step: PlanStep): TriedEmail[] {
  return [step.action, step.otherwise].flatMap((action) =>
    action?.type === 'email' ? [{ key: emailKey(step, action), email: action }] : [],
  );
}

/** The name under which what a step does is counted. */
export function emailKey(step: PlanStep, action: PlanAction): string {
  return action === step.otherwise ? `${step.id}:otherwise` : step.id;
}

/** Under which name an email of a step is counted, by the variant it was: what its tags say when it is opened. */
export function keyOfVariant(step: PlanStep, variant: string): string {
  const { action, otherwise } = step;
  const isOwn =
    action.type === 'email' && (variant === '' || action.variants.some(({ id }) => id === variant));
  return !isOwn && otherwise !== undefined ? emailKey(step, otherwise) : step.id;
}

/** Reads what there is to choose by; nothing is read where there is nothing to choose. */
export async function createArmChooser(plan: Plan, { state, now }: ChooserContext): Promise<ArmChooser> {
  const isTrying = plan.steps.flatMap(emailsOf).some(({ email }) => isOpen(email));
  const counts = isTrying && hasGoal(plan) ? await state.trials.counts(trialSiteOf(plan), now) : undefined;
  const evidence = new Map<string, ReturnType<typeof armEvidence>>();

  return {
    armOf({ key, email }, { subject, episode }) {
      const pinned = email.variants.find((variant) => variant.pinned);
      if (pinned !== undefined || email.variants.length === 0) return pinned?.id ?? '';
      const known = evidence.get(key) ?? armEvidence({ key, email }, { plan, counts, now });
      evidence.set(key, known);
      const random = createRandom(JSON.stringify([plan.loop, plan.entry, key, episode, subject]));
      return chooseArm(known, random) ?? '';
    },
  };
}

/** Whether it is open who gets which variant of an email. */
export function isOpen({ variants }: PlanEmail): boolean {
  return variants.length > 0 && !variants.some(({ pinned }) => pinned);
}

/** What is known of the variants as they are written now; one that is new has nothing to show yet. */
function armEvidence(
  { key, email }: TriedEmail,
  { plan, counts, now }: { plan: Plan; counts: TrialCounts | undefined; now: number },
) {
  const { arms = [], delays = [] } = counts?.steps.find(({ step }) => step === key) ?? {};
  const known = evidenceOf({ arms, delays }, { now, within: plan.goal?.within ?? 1 });
  return email.variants.map(
    ({ id }) => known.find(({ arm }) => arm === id) ?? { arm: id, successes: 0, trials: 0 },
  );
}
