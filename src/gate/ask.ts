import { RequestError } from '../errors/index.ts';
import { idProblem, LONGEST_SUBJECT } from '../events/id-problem.ts';

const LONGEST_RID = 256;
const LONGEST_PLAN = 128;
/** The most units one call may cost. */
const MOST_UNITS = 1_000_000_000;

interface Checked {
  subject: string;
  cost: number;
  rid?: string | undefined;
  plan?: string | undefined;
}

/**
 * Makes sure that what is asked of the gate can be counted.
 * @throws {RequestError} REQUEST_INVALID that says what is wrong.
 */
export function checkAsk({ subject, cost, rid, plan }: Checked): void {
  checkText('subject', subject, LONGEST_SUBJECT);
  if (rid !== undefined) checkText('rid', rid, LONGEST_RID);
  if (plan !== undefined) checkText('plan', plan, LONGEST_PLAN);
  if (!Number.isSafeInteger(cost) || cost < 1 || cost > MOST_UNITS) {
    throw new RequestError('REQUEST_INVALID', `cost is ${String(cost)}, not a whole number of units.`, {
      hint: `Write a whole number from 1 to ${MOST_UNITS}.`,
      where: { path: 'cost' },
    });
  }
}

function checkText(name: string, text: string, longest: number): void {
  const problem = idProblem(text, longest);
  if (problem === undefined) return;
  throw new RequestError('REQUEST_INVALID', `${name} ${problem}.`, {
    hint: `Write a text of 1 to ${longest} characters.`,
    where: { path: name },
  });
}
