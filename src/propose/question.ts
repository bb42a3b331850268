import type { Place } from '../inspect/index.ts';

/** Something that has to be decided by a person where nobody says `--yes`. */
export interface Question {
  id: 'users' | 'loop' | 'action' | 'endpoint' | 'link';
  message: string;
  /** What there is to choose from; none where any text will do. */
  choices: Array<{ value: string; label: string; hint?: string | undefined }>;
  /** What is taken when nobody answers. */
  usual: string;
}

/** What was answered, by the question's id. */
export type Answers = Partial<Record<Question['id'], string>>;

/** A place as it is told in a comment or a hint: `schema.sql:12`. */
export function shownPlace({ file, line }: Place): string {
  return `${file}:${line}`;
}
