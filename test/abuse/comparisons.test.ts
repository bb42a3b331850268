import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@babel/parser';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Names of what only one who may ask knows. */
const SECRET = /^(?:.*secret|.*token|.*signature|.*hmac|.*digest|.*password|.*apiKey|bearer)$/i;
/** Members that say something about such a value and not what it is. */
const ABOUT = /^(?:length|kind|type|size)$/;

interface Node {
  type: string;
  start: number;
  loc: { start: { line: number } };
  [member: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value;

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item);
  else if (isNode(value)) {
    yield value;
    for (const [name, member] of Object.entries(value)) if (name !== 'loc') yield* nodesIn(member);
  }
}

/** The name that an expression ends in: `env.secret` is `secret`. */
function nameOf(node: unknown): string {
  if (!isNode(node)) return '';
  if (node.type === 'Identifier') return String(node.name);
  if (/^(?:Optional)?MemberExpression$/.test(node.type)) return nameOf(node.property);
  if (node.type === 'StringLiteral') return 'a literal';
  return '';
}

const isNothing = (node: unknown): boolean =>
  isNode(node) &&
  (node.type === 'NullLiteral' ||
    nameOf(node) === 'undefined' ||
    (node.type === 'StringLiteral' && node.value === ''));

/** Comparisons of what is secret that end at the first letter that differs. */
function unequalTimes(source: string): string[] {
  const tree = parse(source, { sourceType: 'module', plugins: ['typescript', 'jsx'] });
  const found: string[] = [];
  for (const node of nodesIn(tree.program)) {
    const isComparison = node.type === 'BinaryExpression' && /^[!=]==?$/.test(String(node.operator));
    const isSearch =
      node.type === 'CallExpression' &&
      /^(?:includes|startsWith|indexOf|localeCompare)$/.test(nameOf(node.callee));
    const sides = isComparison
      ? [node.left, node.right]
      : isSearch && isNode(node.callee)
        ? [node.callee.object, ...(node.arguments as unknown[])]
        : [];
    if (sides.some((side) => isNothing(side) || ABOUT.test(nameOf(side)))) continue;
    if (sides.some((side) => SECRET.test(nameOf(side)))) found.push(`${node.loc.start.line}`);
  }
  return found;
}

/** Where a token is a piece of SQL or Liquid; and the local stack, whose tokens everybody knows. */
const OTHER_TOKENS = /^src\/(?:sql|inspect|propose|project|databases|email\/liquid|dev)/;

describe('a comparison of secrets', () => {
  it('is told from one of other values', () => {
    expect(unequalTimes('if (given === secret) go()')).toEqual(['1']);
    expect(unequalTimes('if (env.token !== header) go()')).toEqual(['1']);
    expect(unequalTimes('if (secrets.includes(signature)) go()')).toEqual(['1']);
    expect(unequalTimes('if (secret === undefined || token.length === 3 || name === other) go()')).toEqual(
      [],
    );
  });

  it('takes the same time whatever is given: nothing in src/ compares one letter by letter', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .map((file) => `src/${file}`)
      .filter(
        (file) => /\.tsx?$/.test(file) && !/\.test(?:-d)?\.tsx?$/.test(file) && !OTHER_TOKENS.test(file),
      );
    const found = files.flatMap((file) =>
      unequalTimes(readFileSync(join(root, file), 'utf8')).map((line) => `${file}:${line}`),
    );
    expect(files.length).toBeGreaterThan(300);
    expect(found).toEqual([]);
  });
});
