import { type ParserPlugin, parse } from '@babel/parser';

/** A node of a program's tree. Members are looked at one by one: what is read here is somebody else's code, of any shape. */
export interface TreeNode {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Parses TypeScript or JavaScript, decorators and JSX included; `undefined` for what is neither. */
export function parseTree(text: string, file: string): TreeNode | undefined {
  const plugins: ParserPlugin[] = /\.[cm]?ts$/.test(file)
    ? ['typescript', 'decorators-legacy']
    : ['typescript', 'jsx', 'decorators-legacy'];
  try {
    const tree: unknown = parse(text, { sourceType: 'unambiguous', plugins, errorRecovery: true }).program;
    return isTreeNode(tree) ? tree : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a member of a tree is a node. */
export function isTreeNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The nodes of a member that holds a list. */
export function nodesIn(value: unknown): TreeNode[] {
  return Array.isArray(value) ? value.filter(isTreeNode) : [];
}

/** Every node below `value`, itself included, parents first. */
export function* walk(value: unknown): Generator<TreeNode> {
  if (Array.isArray(value)) {
    for (const item of value) yield* walk(item);
  } else if (isTreeNode(value)) {
    yield value;
    for (const [member, inner] of Object.entries(value))
      if (member !== 'loc' && typeof inner === 'object') yield* walk(inner);
  }
}

/** The line a node begins on. */
export function lineOfNode(node: TreeNode): number {
  const { loc } = node as { loc?: { start?: { line?: number } } };
  return loc?.start?.line ?? 1;
}

/** The text of a name, or of a string without placeholders. */
export function textOfNode(value: unknown): string | undefined {
  if (!isTreeNode(value)) return undefined;
  if (value.type === 'Identifier') return value.name as string;
  if (value.type === 'StringLiteral') return value.value as string;
  if (value.type !== 'TemplateLiteral' || nodesIn(value.expressions).length > 0) return undefined;
  return (nodesIn(value.quasis)[0]?.value as { cooked?: string } | undefined)?.cooked;
}

/** The text of a string; nothing for a name. */
export function stringOfNode(value: unknown): string | undefined {
  return isTreeNode(value) && value.type !== 'Identifier' ? textOfNode(value) : undefined;
}

/** The name of what is called: `text` in `text('x')`, `notNull` in `a.b.notNull()`. */
export function calleeName({ callee }: TreeNode): string | undefined {
  if (!isTreeNode(callee)) return undefined;
  return callee.type === 'MemberExpression' ? textOfNode(callee.property) : textOfNode(callee);
}

/** The properties of an object by their names; what has no name is left out. */
export function propertiesOf(value: unknown): Map<string, TreeNode> {
  const found = new Map<string, TreeNode>();
  if (!isTreeNode(value) || value.type !== 'ObjectExpression') return found;
  for (const property of nodesIn(value.properties)) {
    const name = property.computed === true ? undefined : textOfNode(property.key);
    if (name !== undefined && isTreeNode(property.value)) found.set(name, property.value);
  }
  return found;
}
