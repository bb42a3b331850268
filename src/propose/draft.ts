import type { Inspection, Users } from '../inspect/index.ts';
import type { Code, Entry } from './code.ts';
import type { Answers, Question } from './question.ts';

/** The kinds of loops there are. */
export type LoopType = 'activation' | 'freemium' | 'retention';

/** What a loop is drafted from. */
export interface DraftContext {
  inspection: Inspection;
  /** The table of users that was chosen, if there is one. */
  users: Users | undefined;
  answers: Answers;
}

/** A loop as it will be written, and what has to be said of the tables it reads. */
export interface LoopDraft {
  type: LoopType;
  opinion: string;
  /** The entries of the loop's only step. */
  step: Entry[];
  recovery: Code;
  template: { name: string; text: string };
  /** Entries for `tables`. */
  tables: Entry[];
  questions: Question[];
}
