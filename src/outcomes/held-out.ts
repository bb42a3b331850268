import type { Plan } from '../plan/index.ts';
import { shareOf } from './share-of.ts';

/** Whether a subject gets nothing from a loop, so that the effect on the others can be seen: the same whenever it is asked. */
export function isHeldOut({ loop, rules }: Pick<Plan, 'loop' | 'rules'>, subject: string): boolean {
  const holdout = rules?.holdout ?? 0;
  return holdout > 0 && shareOf(`${loop}/holdout`, subject) < holdout;
}
