import type { Dialect } from '../../sql/index.ts';
import type { Column, Table } from '../model.ts';
import type { Repository } from '../repository.ts';
import {
  calleeName,
  lineOfNode,
  nodesIn,
  parseTree,
  stringOfNode,
  type TreeNode,
  textOfNode,
  walk,
} from '../source-tree.ts';
import { type ColumnCall, readColumns } from './drizzle-columns.ts';
import { kindOf } from './kind-of.ts';
import { snakeCase } from './snake-case.ts';

/** The functions that make a table, and whose they are. */
const TABLE_FUNCTIONS: Readonly<Record<string, Dialect>> = { pgTable: 'postgres', mysqlTable: 'mysql' };
const CREATORS: Readonly<Record<string, Dialect>> = {
  pgTableCreator: 'postgres',
  mysqlTableCreator: 'mysql',
};
const SCHEMAS: Readonly<Record<string, Dialect>> = { pgSchema: 'postgres', mysqlSchema: 'mysql' };
const ENUMS = ['pgEnum', 'mysqlEnum'];

/** What the files of a schema declare under a name, so that one may speak of another. */
interface Declarations {
  /** How a function that makes tables calls them: `app_` in front, or in a schema. */
  makers: Map<string, { dialect: Dialect; nameOf(name: string): string }>;
  enums: Map<string, string[]>;
  objects: Map<string, TreeNode>;
}

/** A table before its references are known. */
interface Found {
  variable: string;
  table: Table;
  calls: ColumnCall[];
}

/** Reads the tables that Drizzle's functions make. */
export async function readDrizzle(repository: Repository): Promise<Table[]> {
  const trees: Array<{ file: string; tree: TreeNode }> = [];
  let isSnake = false;
  for (const file of repository.files.filter((path) => /\.[cm]?[jt]sx?$/.test(path))) {
    const text = await repository.read(file);
    if (text === undefined || !text.includes('drizzle')) continue;
    isSnake ||= /\bcasing\s*:\s*['"]snake_case['"]/.test(text);
    const tree = /\b(?:pg|mysql)(?:Table|Schema|Enum|TableCreator)\b|\.\.\.|\btable\(/.test(text)
      ? parseTree(text, file)
      : undefined;
    if (tree !== undefined) trees.push({ file, tree });
  }
  const known: Declarations = { makers: new Map(), enums: new Map(), objects: new Map() };
  for (const { tree } of trees) declare(tree, known);
  const found = trees.flatMap(({ file, tree }) => tablesIn(tree, { file, known, isSnake }));
  for (const { table, calls } of found) addReferences(table, calls, found);
  return found.map(({ table }) => table);
}

/** The variables of a program and what they are. */
function* variables(tree: TreeNode): Generator<{ name: string; value: TreeNode }> {
  for (const node of walk(tree)) {
    if (node.type !== 'VariableDeclarator') continue;
    const name = textOfNode(node.id);
    const value = node.init as TreeNode | null;
    if (name !== undefined && value) yield { name, value };
  }
}

function declare(tree: TreeNode, { makers, enums, objects }: Declarations): void {
  for (const { name, value } of variables(tree)) {
    if (value.type === 'ObjectExpression') objects.set(name, value);
    if (value.type !== 'CallExpression') continue;
    const callee = calleeName(value) ?? '';
    const [first, second] = nodesIn(value.arguments);
    const [creator, schema] = [CREATORS[callee], SCHEMAS[callee]];
    if (creator !== undefined) makers.set(name, { dialect: creator, nameOf: namingOf(first) });
    const schemaName = stringOfNode(first);
    if (schema !== undefined && schemaName !== undefined)
      makers.set(name, { dialect: schema, nameOf: (table) => `${schemaName}.${table}` });
    if (ENUMS.includes(callee) && second?.type === 'ArrayExpression')
      enums.set(
        name,
        nodesIn(second.elements).flatMap((element) => stringOfNode(element) ?? []),
      );
  }
}

/** A creator is a function of the name: `(name) => \`app_${name}\``. */
function namingOf(creator: TreeNode | undefined): (name: string) => string {
  const template = [...walk(creator?.body)].find(({ type }) => type === 'TemplateLiteral');
  const parts = nodesIn(template?.quasis).map(({ value }) => (value as { cooked?: string }).cooked ?? '');
  return (name) => (parts.length === 2 ? `${parts[0]}${name}${parts[1]}` : name);
}

interface Place {
  file: string;
  known: Declarations;
  isSnake: boolean;
}

function tablesIn(tree: TreeNode, { file, known, isSnake }: Place): Found[] {
  const found: Found[] = [];
  for (const { name: variable, value } of variables(tree)) {
    const maker = value.type === 'CallExpression' ? makerOf(value, known) : undefined;
    const [first, second, third] = nodesIn(value.arguments);
    const name = stringOfNode(first);
    if (maker === undefined || name === undefined) continue;
    const calls = readColumns(second, known);
    const columns = calls.map(
      ({ property, name: given, type, methods, values, node }): Column => ({
        name: given ?? (isSnake ? snakeCase(property) : property),
        property,
        kind: values === undefined ? kindOf(type) : 'text',
        nullable: !methods.has('notNull') && !methods.has('primaryKey'),
        values,
        place: { file, line: lineOfNode(node) },
      }),
    );
    const nameOf = (property: string) =>
      columns.find((column) => column.property === property)?.name ?? property;
    const keys = calls.filter(({ methods }) => methods.has('primaryKey')).map(({ property }) => property);
    found.push({
      variable,
      calls,
      table: {
        name: maker.nameOf(name),
        model: variable,
        source: 'drizzle',
        dialect: maker.dialect,
        columns,
        primaryKey: (keys.length > 0 ? keys : compositeKey(third)).map(nameOf),
        place: { file, line: lineOfNode(value) },
      },
    });
  }
  return found;
}

function makerOf(call: TreeNode, { makers }: Declarations) {
  const callee = call.callee as TreeNode;
  const own = TABLE_FUNCTIONS[calleeName(call) ?? ''];
  if (own !== undefined) return { dialect: own, nameOf: (name: string) => name };
  // auth.table('users', …) of a schema, createTable('users', …) of a creator
  const holder = callee.type === 'MemberExpression' ? textOfNode(callee.object) : textOfNode(callee);
  return makers.get(holder ?? '');
}

/** The columns of `primaryKey({ columns: [t.a, t.b] })`. */
function compositeKey(extra: TreeNode | undefined): string[] {
  for (const node of walk(extra)) {
    if (node.type !== 'CallExpression' || calleeName(node) !== 'primaryKey') continue;
    return [...walk(node.arguments)].flatMap((inner) =>
      inner.type === 'MemberExpression' ? (textOfNode(inner.property) ?? []) : [],
    );
  }
  return [];
}

/** `references(() => users.id)` names a variable, which is a table by now. */
function addReferences(table: Table, calls: readonly ColumnCall[], found: readonly Found[]): void {
  for (const [index, { methods }] of calls.entries()) {
    const target = [...walk(methods.get('references'))].find(({ type }) => type === 'MemberExpression');
    const other = found.find(({ variable }) => variable === textOfNode(target?.object))?.table;
    const column = table.columns[index];
    if (other === undefined || column === undefined) continue;
    const property = textOfNode(target?.property);
    column.references = {
      table: other.name,
      column: other.columns.find((candidate) => candidate.property === property)?.name,
    };
  }
}
