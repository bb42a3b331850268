/** The longest id of a subject, in UTF-16 units. */
export const LONGEST_SUBJECT = 512;

/**
 * What keeps a text from being the id of anything here: the one place that says so, for events, webhooks and the gate alike. Ids are taken
 * letter by letter: how one is spelled is for whoever gives it to say, and two spellings are two ids.
 * @param longest in UTF-16 units.
 * @returns how a sentence goes on that begins with the id's name, or `undefined` for a text that can be one.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system
 */
export function idProblem(text: unknown, longest = LONGEST_SUBJECT): string | undefined {
  if (typeof text !== 'string' || text === '') return 'is missing';
  if (text.length > longest) return `has ${text.length} characters, more than ${longest}`;
  if (text.includes('\0')) return 'has a NUL character, which a table cannot hold';
  // Half a surrogate pair becomes the same replacement character in every id that has one.
  return /\p{Surrogate}/u.test(text) ? 'is not well-formed Unicode' : undefined;
}
