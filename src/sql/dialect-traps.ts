import { problem, type SqlProblem } from './problem.ts';
import { type Dialect, isPunctuation, isWord, type Token } from './tokens.ts';

/** Something one database writes and the other refuses: finds the token at fault, and says what to write instead. */
interface Trap {
  at: (tokens: readonly Token[], index: number) => boolean;
  message: string;
  hint: string;
}

const INTERVAL_UNIT = ['SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'];

/** PostgreSQL's ways that MySQL (PlanetScale) does not know. */
const NOT_MYSQL: readonly Trap[] = [
  {
    at: (tokens, index) => isPunctuation(tokens[index], '::'),
    message: 'has a cast with ::, which MySQL does not know',
    hint: 'Write CAST(x AS type).',
  },
  {
    at: (tokens, index) =>
      isWord(tokens[index], 'INTERVAL') &&
      tokens[index + 1]?.kind === 'string' &&
      /[a-z]/i.test(tokens[index + 1]?.text ?? ''),
    message: 'has an interval as PostgreSQL writes it',
    hint: 'MySQL writes INTERVAL 7 DAY, the unit in the singular and outside the quotes.',
  },
  {
    at: (tokens, index) => isWord(tokens[index], 'ILIKE'),
    message: 'has ILIKE, which MySQL does not know',
    hint: 'Write LIKE: MySQL compares without regard to case unless the collation says otherwise.',
  },
  {
    at: (tokens, index) => isWord(tokens[index], 'NULLS') && isWord(tokens[index + 1], 'FIRST', 'LAST'),
    message: 'has NULLS FIRST or NULLS LAST, which MySQL does not know',
    hint: 'Order by x IS NULL first.',
  },
  {
    at: (tokens, index) => isWord(tokens[index], 'DISTINCT') && isWord(tokens[index + 1], 'ON'),
    message: 'has DISTINCT ON, which MySQL does not know',
    hint: 'Group by the column instead.',
  },
  {
    at: (tokens, index) =>
      tokens[index]?.text.startsWith('"') === true &&
      (isWord(tokens[index - 1], 'FROM', 'JOIN') ||
        isPunctuation(tokens[index - 1], '.') ||
        isPunctuation(tokens[index + 1], '.')),
    message: 'has a name in double quotes, which is a string to MySQL',
    hint: 'Put the name between backticks, or write it without quotes.',
  },
];

/** MySQL's ways that PostgreSQL does not know. */
const NOT_POSTGRES: readonly Trap[] = [
  {
    at: (tokens, index) => tokens[index]?.kind === 'operator' && tokens[index]?.text.includes('`') === true,
    message: 'has a backtick, which PostgreSQL does not know',
    hint: 'Put names between double quotes, or write them without quotes.',
  },
  {
    at: (tokens, index) =>
      isWord(tokens[index], 'INTERVAL') &&
      tokens[index + 1]?.kind === 'number' &&
      isWord(tokens[index + 2], ...INTERVAL_UNIT),
    message: 'has an interval as MySQL writes it',
    hint: "PostgreSQL writes INTERVAL '7 days'.",
  },
  {
    at: (tokens, index) =>
      isWord(tokens[index], 'LIMIT') &&
      tokens[index + 1]?.kind === 'number' &&
      isPunctuation(tokens[index + 2], ','),
    message: 'has LIMIT with a comma, which PostgreSQL does not know',
    hint: 'Write LIMIT count OFFSET start.',
  },
];

/** Finds what the database would refuse because it is written in the other's dialect. Only what is certain. */
export function dialectProblem(tokens: readonly Token[], dialect: Dialect): SqlProblem | undefined {
  const traps = dialect === 'mysql' ? NOT_MYSQL : NOT_POSTGRES;
  for (const [index, token] of tokens.entries()) {
    const trap = traps.find(({ at }) => at(tokens, index));
    if (trap !== undefined)
      return problem('query_dialect', token.start, { message: trap.message, hint: trap.hint });
  }
  return undefined;
}
