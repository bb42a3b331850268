import { RequestError } from '../errors/index.ts';

/** The longest id of a subject, as in events. */
const LONGEST_SUBJECT = 512;
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
 * Makes sure that what is asked of the gate can be counted. Ids are taken letter by letter: how an id is spelled is for whoever
 * authenticates to say, and two spellings are two subjects.
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
  const problem = problemOf(text, longest);
  if (problem === undefined) return;
  throw new RequestError('REQUEST_INVALID', `${name} ${problem}.`, {
    hint: `Write a text of 1 to ${longest} characters.`,
    where: { path: name },
  });
}

function problemOf(text: string, longest: number): string | undefined {
  if (typeof text !== 'string' || text === '') return 'is missing';
  if (text.length > longest) return `has ${text.length} characters, more than ${longest}`;
  if (text.includes('\0')) return 'has a NUL character, which a table cannot hold';
  // Half a surrogate pair becomes the same replacement character in every id that has one.
  return /\p{Surrogate}/u.test(text) ? 'is not well-formed Unicode' : undefined;
}
