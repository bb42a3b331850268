import { parse } from '@babel/parser';

/** One module a file names: by `import`, `export … from`, `import()`, `require()` or `typeof import()`. */
export interface Import {
  specifier: string;
  /** Counted from 1. */
  line: number;
  /** Nothing is left of it at run time. */
  typeOnly: boolean;
}

/** What the rules of the house need to know about a file. */
export interface Facts {
  imports: Import[];
  /** The lines on which the environment is read. */
  environment: number[];
}

type Node = { type: string; loc: { start: { line: number } } } & Record<string, unknown>;

/**
 * Reads a TypeScript source with a real parser, so that comments, strings and templates are never mistaken for imports.
 * Throws Babel's `SyntaxError` (with line and column) when the source cannot be parsed.
 */
export function readFacts(source: string): Facts {
  const tree = parse(source, { sourceType: 'module', plugins: ['typescript', 'jsx'] });
  const facts: Facts = { imports: [], environment: [] };
  visit(tree.program, (node) => {
    const found = importOf(node);
    if (found !== undefined) facts.imports.push(found);
    if (readsEnvironment(node)) facts.environment.push(node.loc.start.line);
  });
  return facts;
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  else if (isNode(value)) {
    see(value);
    for (const [key, child] of Object.entries(value)) if (!key.endsWith('Comments')) visit(child, see);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'loc' in value;
}

function importOf(node: Node): Import | undefined {
  const line = node.loc.start.line;
  switch (node.type) {
    case 'ImportDeclaration':
      return named(node.source, line, node.importKind === 'type');
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return named(node.source, line, node.exportKind === 'type');
    case 'TSImportType':
      return named(node.argument, line, true);
    case 'CallExpression':
      return isLoader(node.callee) ? named((node.arguments as unknown[])[0], line, false) : undefined;
    default:
      return undefined;
  }
}

function isLoader(callee: unknown): boolean {
  return (
    isNode(callee) &&
    (callee.type === 'Import' || (callee.type === 'Identifier' && callee.name === 'require'))
  );
}

function named(source: unknown, line: number, typeOnly: boolean): Import | undefined {
  if (!isNode(source) || typeof source.value !== 'string') return undefined;
  return { specifier: source.value, line, typeOnly };
}

/** `process.env`, `globalThis.process.env`, `const { env } = process` and anything of `node:process` that is `env`. */
function readsEnvironment(node: Node): boolean {
  switch (node.type) {
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      return nameOf(node.property) === 'env' && isProcess(node.object);
    case 'VariableDeclarator':
      return isProcess(node.init) && takes(node.id, 'properties', 'key');
    case 'ImportDeclaration':
      return (
        /^(node:)?process$/.test(String((node.source as Node).value)) && takes(node, 'specifiers', 'imported')
      );
    default:
      return false;
  }
}

function isProcess(node: unknown): boolean {
  if (!isNode(node)) return false;
  return node.type === 'Identifier' ? node.name === 'process' : nameOf(node.property) === 'process';
}

function takes(holder: unknown, list: string, key: string): boolean {
  const items = isNode(holder) ? holder[list] : undefined;
  return Array.isArray(items) && items.some((item) => isNode(item) && nameOf(item[key]) === 'env');
}

function nameOf(node: unknown): unknown {
  if (!isNode(node)) return undefined;
  return node.type === 'StringLiteral' ? node.value : node.name;
}
