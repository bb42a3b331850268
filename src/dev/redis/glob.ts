type Token =
  | { kind: 'star' }
  | { kind: 'any' }
  | { kind: 'set'; negated: boolean; ranges: [number, number][] }
  | number;

const compiled = new Map<string, Token[]>();
const MOST_COMPILED = 200;

/** Whether `text` matches a Redis glob: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, and `\` before a literal character. */
export function matchesGlob(pattern: string, text: string): boolean {
  if (pattern === '*') return true;
  const tokens = compile(pattern);
  let at = 0;
  let token = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    const current = tokens[token];
    if (current !== undefined && typeof current === 'object' && current.kind === 'star') {
      star = token++;
      starAt = at;
    } else if (current !== undefined && matchesOne(current, text.charCodeAt(at))) {
      token++;
      at++;
    } else if (star >= 0) {
      // Only the last star needs to be tried again: an earlier one could not match more than this one can.
      token = star + 1;
      at = ++starAt;
    } else return false;
  }
  return tokens.slice(token).every((rest) => typeof rest === 'object' && rest.kind === 'star');
}

function matchesOne(token: Token, code: number): boolean {
  if (typeof token === 'number') return token === code;
  if (token.kind === 'any') return true;
  if (token.kind === 'star') return false;
  return token.ranges.some(([low, high]) => code >= low && code <= high) !== token.negated;
}

function compile(pattern: string): Token[] {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '*') tokens.push({ kind: 'star' });
    else if (character === '?') tokens.push({ kind: 'any' });
    else if (character === '[') {
      const set = compileSet(pattern, at + 1);
      tokens.push(set.token);
      at = set.end;
    } else {
      if (character === '\\' && at + 1 < pattern.length) at++;
      tokens.push(pattern.charCodeAt(at));
    }
  }
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(pattern, tokens);
  return tokens;
}

/** A set begins after its `[`; one that is never closed ends with the pattern, as in Redis. */
function compileSet(pattern: string, start: number): { token: Token; end: number } {
  const negated = pattern[start] === '^';
  const ranges: [number, number][] = [];
  let at = negated ? start + 1 : start;
  for (; at < pattern.length && pattern[at] !== ']'; at++) {
    if (pattern[at] === '\\' && at + 1 < pattern.length) {
      at++;
      ranges.push([pattern.charCodeAt(at), pattern.charCodeAt(at)]);
    } else if (pattern[at + 1] === '-' && at + 2 < pattern.length) {
      const ends = [pattern.charCodeAt(at), pattern.charCodeAt(at + 2)] as const;
      ranges.push([Math.min(...ends), Math.max(...ends)]);
      at += 2;
    } else ranges.push([pattern.charCodeAt(at), pattern.charCodeAt(at)]);
  }
  return { token: { kind: 'set', negated, ranges }, end: at };
}
