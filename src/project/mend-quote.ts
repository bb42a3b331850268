/** Quotation marks in the order in which they are tried for a string that has one of them inside. */
const MARKS = ['"', "'", '`'];

/** A line that was mended, and where it was wrong. */
interface MendedLine {
  text: string;
  column: number;
}

/**
 * Mends the classic slip of an apostrophe in a single-quoted string (`'You've ...'`), and its like with double quotes.
 * @param line the line of the syntax error.
 * @param at where in it the parser stopped: just behind the string that ended too early.
 * @param isRight tells whether the file parses beyond the line when the line reads so.
 * @returns the line, ready to be pasted, and the column (from 1) of the mark that closed the string; `undefined` when the error is of
 * another kind.
 */
export function mendQuote(
  line: string,
  at: number,
  isRight: (mended: string) => boolean,
): MendedLine | undefined {
  const before = line.slice(0, at).trimEnd();
  const mark = before.at(-1);
  if (mark !== "'" && mark !== '"') return undefined;
  const open = before.lastIndexOf(mark, before.length - 2);
  if (open === -1) return undefined;
  for (let close = line.indexOf(mark, at); close !== -1; close = line.indexOf(mark, close + 1)) {
    const mended = line.slice(0, open) + requote(line.slice(open + 1, close)) + line.slice(close + 1);
    if (isRight(mended)) return { text: mended, column: before.length };
  }
  return undefined;
}

function requote(content: string): string {
  const free = MARKS.find((mark) => !content.includes(mark) && !(mark === '`' && content.includes('${')));
  if (free !== undefined) return free + content + free;
  return `'${content.replace(/(?<!\\)'/g, "\\'")}'`;
}
