import {
  calleeName,
  isTreeNode,
  nodesIn,
  propertiesOf,
  stringOfNode,
  type TreeNode,
  textOfNode,
} from '../source-tree.ts';

/** A column as the schema builds it: `text('email').notNull()`. */
export interface ColumnCall {
  property: string;
  /** The name given to the database; the property's unless told. */
  name: string | undefined;
  /** The function that makes it: `text`, `timestamp`. */
  type: string;
  /** What is called on it, with the arguments. */
  methods: Map<string, unknown>;
  values: string[] | undefined;
  node: TreeNode;
}

/** What the columns may speak of. */
interface Known {
  enums: ReadonlyMap<string, string[]>;
  objects: ReadonlyMap<string, TreeNode>;
}

/** The columns of a table's second argument: an object, or a function that returns one. */
export function readColumns(argument: TreeNode | undefined, known: Known): ColumnCall[] {
  const body = argument?.type === 'ArrowFunctionExpression' ? argument.body : argument;
  if (!isTreeNode(body) || body.type !== 'ObjectExpression') return [];
  const spread = nodesIn(body.properties).flatMap(({ type, argument: spreadOf }) =>
    type === 'SpreadElement' ? (known.objects.get(textOfNode(spreadOf) ?? '') ?? []) : [],
  );
  return [body, ...spread].flatMap((object) =>
    [...propertiesOf(object)].flatMap(([property, value]) => readColumn(property, value, known) ?? []),
  );
}

function readColumn(property: string, node: TreeNode, { enums }: Known): ColumnCall | undefined {
  const methods = new Map<string, unknown>();
  let call = node;
  // A chain is a call on a member of a call; at its head stands the function of the type.
  while (
    call.type === 'CallExpression' &&
    isTreeNode(call.callee) &&
    call.callee.type === 'MemberExpression'
  ) {
    const { object } = call.callee;
    if (!isTreeNode(object) || object.type !== 'CallExpression') break;
    methods.set(calleeName(call) ?? '', call.arguments);
    call = object;
  }
  if (call.type !== 'CallExpression') return undefined;
  const type = calleeName(call) ?? '';
  const [first, second] = nodesIn(call.arguments);
  const options = propertiesOf(second ?? first).get('enum') ?? second;
  const listed = options?.type === 'ArrayExpression' ? nodesIn(options.elements) : undefined;
  return {
    property,
    name: stringOfNode(first),
    type: propertiesOf(second ?? first).get('mode') ? `${type} ${modeOf(second ?? first)}` : type,
    methods,
    values: enums.get(type) ?? listed?.flatMap((element) => stringOfNode(element) ?? []),
    node,
  };
}

/** `integer({ mode: 'boolean' })` and the like say more than the function's name. A date's mode does not. */
function modeOf(options: TreeNode | undefined): string {
  const mode = stringOfNode(propertiesOf(options).get('mode')) ?? '';
  return mode === 'string' || mode === 'number' ? '' : mode;
}
