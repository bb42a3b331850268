import { shareOf } from '../outcomes/index.ts';
import type { Plan, PlanAction } from '../plan/index.ts';

/** What falls to a subject of a loop. */
export interface Assignment {
  /** They get nothing, so that the effect on the others can be seen. */
  isHeldOut: boolean;
  /** The variant of the email that they get; '' for the email itself. */
  arm: string;
}

/** What falls to a subject: the same whenever it is asked. */
export function assign({ loop, rules }: Pick<Plan, 'loop' | 'rules'>, subject: string): Assignment {
  const holdout = rules?.holdout ?? 0;
  return { isHeldOut: holdout > 0 && shareOf(`${loop}/holdout`, subject) < holdout, arm: '' };
}

/** The action as a variant of it has it. */
export function actionFor(action: PlanAction, arm: string): PlanAction {
  if (action.type !== 'email' || arm === '') return action;
  const { template, subject, personalization } = action.variants.find(({ id }) => id === arm) ?? {};
  return {
    ...action,
    template: template ?? action.template,
    subject: subject ?? action.subject,
    personalization: { ...action.personalization, ...personalization },
  };
}
