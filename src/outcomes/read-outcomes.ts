import type { Plan } from '../plan/index.ts';
import { type ArmCount, type GroupCount, type State, TOOK_SECONDS } from '../state/index.ts';
import { emailsOf } from './arm-chooser.ts';
import { hasGoal, type PlanWithGoal, trialSiteOf } from './trial-site.ts';
import { type ShareInterval, shareInterval, type Uplift, upliftOf } from './uplift.ts';

/** What a loop came to. */
export interface LoopOutcomes {
  loop: string;
  type: Plan['type'];
  /** Over how many days, today included, the counts below reach. */
  days: number;
  /** Runs started and episodes of an audience begun. */
  entered: number;
  /** How many reached the goal in time. */
  converted: number;
  /** How often each outcome happened: `met`, `timed_out`, `sent`, `opened`, `clicked`, `held_out`, `skipped`... */
  outcomes: Record<string, number>;
  /** Why emails were not sent, or runs ended early: `skipped: frequency cap`. */
  reasons: Record<string, number>;
  /** How many emails went out, how many reached the goal and how many were blocked on each day (UTC), the oldest first. */
  daily: Array<{ day: string; sent: number; converted: number; blocked: number }>;
  /** The goal, for each trigger of the loop, since it is counted. */
  trials: TrialOutcomes[];
}

/** What the goal of a loop came to, over all the time for which it has been the goal. */
export interface TrialOutcomes {
  /** The step with the trigger. */
  entry: string;
  goal: { by: 'event' | 'query' | 'activity'; withinSeconds: number };
  /** The share of subjects who get nothing. */
  holdout: number;
  /** Who was mailed, and who was held out in place of it; each counts once in an episode. */
  treated: GroupCount;
  heldOut: GroupCount;
  /** Reached the goal before any email. */
  unmailed: number;
  /** How long it took, since they entered the loop: how many reached the goal within `seconds` and after the bound before it. */
  took: Array<{ seconds: number; count: number }>;
  /** What being mailed adds to the share that reaches the goal; left out while one of the groups is empty. */
  uplift: Uplift | undefined;
  emails: EmailOutcomes[];
}

/** What an email of a loop came to. */
export interface EmailOutcomes {
  /** The step, with `:otherwise` for what is sent when its time is up. */
  step: string;
  variants: VariantOutcomes[];
}

/** What a variant came to; the email itself is the variant `''`. */
export interface VariantOutcomes {
  variant: string;
  pinned: boolean;
  /** Emails, those included that came after the goal. */
  sent: number;
  opened: number;
  clicked: number;
  /** Of these, how many windows are open: more may reach the goal yet. */
  open: number;
  /** How many reached the goal in time, and after no later email of the loop. */
  converted: number;
  /** The share of emails that were followed by the goal so far, with its 95 % interval; left out while there is none to count. */
  rate: ShareInterval | undefined;
}

/** What reading needs. */
export interface ReadContext {
  plans: readonly Plan[];
  state: Pick<State, 'runLog' | 'trials'>;
  /** Ms since the epoch. */
  now: number;
}

const DAY_MS = 86_400_000;

/**
 * Reads what loops came to: counts of the last `days` (UTC), and of their goals everything since.
 * @param loops by id; all of the plans' where left out.
 */
export async function readOutcomes(
  { plans, state, now }: ReadContext,
  { loops, days = 30 }: { loops?: readonly string[] | undefined; days?: number | undefined } = {},
): Promise<LoopOutcomes[]> {
  const wanted = plans.filter(({ loop }) => loops?.includes(loop) ?? true);
  const names = [...new Set(wanted.map(({ loop }) => loop))];
  const dayNames = Array.from({ length: days }, (_, back) => dayName(now - back * DAY_MS));
  return Promise.all(
    names.map(async (loop) => {
      const own = wanted.filter((plan) => plan.loop === loop);
      const [{ byDay, ...tally }, trials] = await Promise.all([
        state.runLog.tally(loop, dayNames),
        Promise.all(own.filter(hasGoal).map((plan) => readTrial(plan, { state, now }))),
      ]);
      const daily = dayNames
        .map((day, back) => ({
          day,
          sent: byDay[back]?.outcomes.sent ?? 0,
          converted: byDay[back]?.converted ?? 0,
          blocked: byDay[back]?.outcomes.blocked ?? 0,
        }))
        .reverse();
      return { loop, type: own[0]?.type ?? 'activation', days, ...tally, daily, trials };
    }),
  );
}

async function readTrial(
  plan: PlanWithGoal,
  { state, now }: Pick<ReadContext, 'state' | 'now'>,
): Promise<TrialOutcomes> {
  const counts = await state.trials.counts(trialSiteOf(plan), now);
  const { treated, held, unmailed } = counts;
  return {
    entry: plan.entry,
    goal: { by: plan.goal.sign.type, withinSeconds: plan.goal.within },
    holdout: plan.rules?.holdout ?? 0,
    treated,
    heldOut: held,
    unmailed,
    took: counts.took.map((count, index) => ({
      seconds: TOOK_SECONDS[index] ?? Number.POSITIVE_INFINITY,
      count,
    })),
    uplift: upliftOf(proportionOf(treated), proportionOf(held)),
    emails: plan.steps.flatMap(emailsOf).map(({ key, email }) => {
      const arms = counts.steps.find(({ step }) => step === key)?.arms ?? [];
      const pinned = email.variants.filter((variant) => variant.pinned).map(({ id }) => id);
      const ids = [...new Set([...email.variants.map(({ id }) => id), ...arms.map(({ arm }) => arm)])];
      return {
        step: key,
        variants: ids.map((id) => ({ ...variantOf(id, arms), pinned: pinned.includes(id) })),
      };
    }),
  };
}

function variantOf(id: string, arms: readonly ArmCount[]): Omit<VariantOutcomes, 'pinned'> {
  const found = arms.find(({ arm }) => arm === id);
  const { mailed = 0, closed = 0, converted = 0, opened = 0, clicked = 0 } = found ?? {};
  const open = (found?.open ?? []).reduce((sum, { mails }) => sum + mails, 0);
  const trials = closed + open;
  return {
    variant: id,
    sent: mailed,
    opened,
    clicked,
    open,
    converted,
    rate: trials === 0 ? undefined : shareInterval({ successes: Math.min(converted, trials), trials }),
  };
}

function proportionOf({ subjects, converted }: GroupCount) {
  return { successes: Math.min(converted, subjects), trials: subjects };
}

function dayName(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
