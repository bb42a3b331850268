/** Longer than any name; what is longer is cut, so that a message stays one. */
const MOST_CHARACTERS = 60;

/** Text as a message quotes it. */
export function quoted(text: string): string {
  return `"${text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 3)}...` : text}"`;
}
