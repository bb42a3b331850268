import type { ActionResult } from '../actions/index.ts';
import type { Verdict } from '../conditions/index.ts';
import { addressKey, isAddress } from '../email/index.ts';
import type { Services } from '../intake/index.ts';
import {
  countReached,
  createArmChooser,
  emailKey,
  hasGoal,
  isHeldOut,
  isOpen,
  timeOf,
  trialSiteOf,
} from '../outcomes/index.ts';
import type { PlanAction, PlanStep } from '../plan/index.ts';
import type { RunPayload } from '../runs/index.ts';
import { actionFor } from './assign.ts';

/** What falls to the subject of a run. */
export interface Assignment {
  isHeldOut: boolean;
  /** The action, as their variant of it has it. */
  action: PlanAction;
  arm: string;
}

/** What a run has to do with its loop's goal and experiments. Everything may happen again, and then changes nothing. */
export function createRunTrial({ plan, subject, event }: RunPayload, { state, now }: Services) {
  const who = { subject, episode: event.id };

  /** Who could not be mailed at all is no more held out than the others are mailed. */
  async function couldBeMailed(action: PlanAction, to: unknown): Promise<boolean> {
    if (action.type !== 'email') return true;
    if (typeof to !== 'string' || !isAddress(to)) return false;
    if (action.kind === 'transactional') return true;
    return (await state.suppressions.find(addressKey(to))) === undefined;
  }

  /** The variant that was chosen before, or is now. */
  async function armFor(step: PlanStep, action: PlanAction): Promise<string> {
    if (action.type !== 'email') return '';
    const key = emailKey(step, action);
    const arm = (await createArmChooser(plan, { state, now: now() })).armOf({ key, email: action }, who);
    return isOpen(action) ? state.trials.choose(plan, { ...who, step: key, arm }) : arm;
  }

  return {
    /** Counts the goal where it is what the step has waited for: there may have been no event to tell of it. */
    async settle({ id }: PlanStep, { met }: Verdict): Promise<void> {
      if (!met || !hasGoal(plan) || plan.goal.step !== id) return;
      const [site, at] = [trialSiteOf(plan), timeOf(event, now())];
      await state.trials.enter([{ site, ...who, at, isRepeat: true }]);
      await countReached([{ plan, subject, at: now() }], { state });
    },

    /** Decides what falls to the subject. @param to their address. */
    async assign(step: PlanStep, action: PlanAction, to: unknown): Promise<Assignment> {
      if (isHeldOut(plan, subject) && (await couldBeMailed(action, to)))
        return { isHeldOut: true, action, arm: '' };
      const arm = await armFor(step, action);
      return { isHeldOut: false, action: actionFor(action, arm), arm };
    },

    /** Counts what was done, or withheld. */
    async note(
      { step, action, arm }: { step: PlanStep; action: PlanAction; arm: string },
      outcome: ActionResult['outcome'] | 'held_out',
    ): Promise<void> {
      const isHeld = outcome === 'held_out';
      if (!hasGoal(plan) || !(isHeld || outcome === 'sent' || outcome === 'done')) return;
      const group = isHeld ? 'held' : 'sent';
      const key = emailKey(step, action);
      await state.trials.expose(trialSiteOf(plan), [{ ...who, group, step: key, arm, at: now() }]);
    },
  };
}
