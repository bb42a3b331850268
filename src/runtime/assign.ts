import type { ArmChooser } from '../outcomes/index.ts';
import type { Plan, PlanAction } from '../plan/index.ts';

/**
 * The variants that fall to somebody who enters an audience's loop, one for each of its steps, by commas: the whole episode is chosen when
 * it begins.
 */
export function armsOf(
  { steps }: Pick<Plan, 'steps'>,
  chooser: ArmChooser,
  who: { subject: string; episode: string },
): string {
  const arms = steps.map(({ id, action }) =>
    action.type === 'email' ? chooser.armOf({ key: id, email: action }, who) : '',
  );
  return arms.some((arm) => arm !== '') ? arms.join(',') : '';
}

/** The variant of one step. @param step from 0. */
export function armAt(arms: string, step: number): string {
  return arms.split(',')[step] ?? '';
}

/** The action as a variant of it has it. */
export function actionFor(action: PlanAction, arm: string): PlanAction {
  if (action.type !== 'email' || arm === '') return action;
  const { template, subject, personalization } = action.variants.find(({ id }) => id === arm) ?? {};
  return {
    ...action,
    arm,
    template: template ?? action.template,
    subject: subject ?? action.subject,
    personalization: { ...action.personalization, ...personalization },
  };
}
