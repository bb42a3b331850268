/** Floor 4: what runs came to: goals, experiments, uplift. */
export {
  type ArmChooser,
  createArmChooser,
  emailKey,
  isOpen,
  keyOfVariant,
} from './arm-chooser.ts';
export { askDatabase } from './ask-database.ts';
export { countReached, type GoalContext, noteGoals, type ReachedGoal, timeOf } from './goals.ts';
export { isHeldOut } from './held-out.ts';
export { isLookedFor, lookForGoals } from './look.ts';
export {
  type EmailOutcomes,
  type LoopOutcomes,
  readOutcomes,
  type TrialOutcomes,
  type VariantOutcomes,
} from './read-outcomes.ts';
export { shareOf } from './share-of.ts';
export { hasGoal, type PlanWithGoal, trialSiteOf } from './trial-site.ts';
