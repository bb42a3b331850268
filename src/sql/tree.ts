import { createRequire } from 'node:module';
import type { Dialect } from './tokens.ts';

/** A node of the parser's tree. Its published types cover a part of what it returns, so members are looked at one by one. */
export interface Node {
  readonly [member: string]: unknown;
}

/** What the parser made of a statement: its tree, or where it gave up. */
export type Tree = { ok: true; root: Node } | { ok: false; offset: number };

interface ParserModule {
  Parser: new () => {
    astify(
      sql: string,
      options: { database: string; trimQuery: boolean; parseOptions: { includeLocations: boolean } },
    ): unknown;
  };
}

/** Longer or more deeply nested text is not given to the parser: it is recursive, and no condition needs that much. */
const LONGEST = 20_000;
const DEEPEST = 50;

const BUILDS: Record<Dialect, { file: string; database: string }> = {
  postgres: { file: 'node-sql-parser/build/postgresql.js', database: 'Postgresql' },
  mysql: { file: 'node-sql-parser/build/mysql.js', database: 'MySQL' },
};

/** Loaded when the first query is read: the grammar of one dialect takes some 20 ms. */
const load = createRequire(import.meta.url);

/**
 * Parses one statement with node-sql-parser. It knows less than the databases do, so its "no" proves nothing.
 * @param options `withLocations` puts into comparisons and calls where they are.
 */
export function parseTree(
  sql: string,
  dialect: Dialect,
  { withLocations = false }: { withLocations?: boolean } = {},
): Tree {
  if (sql.length > LONGEST || depthOf(sql) > DEEPEST) return { ok: false, offset: 0 };
  const { file, database } = BUILDS[dialect];
  const { Parser } = load(file) as ParserModule;
  try {
    const result = new Parser().astify(sql, {
      database,
      trimQuery: false,
      parseOptions: { includeLocations: withLocations },
    });
    const root: unknown = Array.isArray(result) ? result[0] : result;
    return isNode(root) ? { ok: true, root } : { ok: false, offset: 0 };
  } catch (error) {
    return { ok: false, offset: offsetOf(error) };
  }
}

function offsetOf(error: unknown): number {
  if (!isNode(error)) return 0;
  const start = isNode(error.location) ? error.location.start : undefined;
  return isNode(start) && typeof start.offset === 'number' ? start.offset : 0;
}

function depthOf(sql: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of sql) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Whether a member of the tree is a node. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The nodes of a member that holds a list; none where it holds anything else. */
export function nodes(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** Every node below `value`, itself included, parents first. */
export function* walk(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* walk(item);
  } else if (isNode(value)) {
    yield value;
    for (const member of Object.values(value)) yield* walk(member);
  }
}

/** A name as the tree has it: plain, or wrapped with how it was quoted. PostgreSQL folds unquoted names to lower case. */
export function nameOf(value: unknown, dialect: Dialect): string | undefined {
  if (typeof value === 'string') return value;
  if (!isNode(value)) return undefined;
  if (isNode(value.expr)) return nameOf(value.expr, dialect);
  if (typeof value.value !== 'string') return undefined;
  return dialect === 'postgres' && value.type === 'default' ? value.value.toLowerCase() : value.value;
}

/** The name of a function call, in lower case: `count`, `now`. */
export function functionName(node: Node): string | undefined {
  if (node.type === 'aggr_func' && typeof node.name === 'string') return node.name.toLowerCase();
  if (node.type !== 'function' || !isNode(node.name)) return undefined;
  const last = nodes(node.name.name).at(-1);
  return typeof last?.value === 'string' ? last.value.toLowerCase() : undefined;
}

/** The query inside a subquery node, however the parser wrapped it. */
export function subqueryOf(value: unknown): Node | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'select') return value;
  return isNode(value.ast) ? subqueryOf(value.ast) : undefined;
}
