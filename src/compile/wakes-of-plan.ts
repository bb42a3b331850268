import { equationsOf, isPlainText, operandsOf, type SelectPlan } from '../hashes/index.ts';
import type { Scalar, Wake } from '../plan/index.ts';

/** Whether a query over hashes has `$1`. */
export function isAboutSubject({ where }: SelectPlan): boolean {
  return operandsOf(where).some(({ type }) => type === 'parameter');
}

/** The rows that can make a query over hashes true: those about the subject, with the texts it asks for. */
export function wakesOf({ table, where }: SelectPlan): Wake[] {
  const equations = equationsOf(where).filter(({ operands }) => operands.length === 1);
  const subject = equations.find(({ operands: [operand] }) => operand?.type === 'parameter');
  if (subject === undefined) return [];
  const equals: Record<string, Scalar> = {};
  for (const { column, operands } of equations) {
    const [operand] = operands;
    if (operand !== undefined && isPlainText(operand)) equals[column] = operand.value;
  }
  return [{ table, column: subject.column, equals }];
}

/** Whether a query can only become true when a row is written that {@link wakesOf} tells of. */
export function hearsEveryChange(plan: SelectPlan): boolean {
  return wakesOf(plan).length > 0 && operandsOf(plan.where).every(({ type }) => type !== 'now');
}
