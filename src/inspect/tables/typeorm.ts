import type { Column, Table } from '../model.ts';
import type { Repository } from '../repository.ts';
import {
  calleeName,
  isTreeNode,
  lineOfNode,
  nodesIn,
  parseTree,
  propertiesOf,
  stringOfNode,
  type TreeNode,
  textOfNode,
  walk,
} from '../source-tree.ts';
import { kindOf } from './kind-of.ts';
import { snakeCase } from './snake-case.ts';

const COLUMN_DECORATORS = [
  ...['Column', 'PrimaryColumn', 'PrimaryGeneratedColumn', 'Generated', 'VersionColumn'],
  ...['CreateDateColumn', 'UpdateDateColumn', 'DeleteDateColumn'],
];

/** A class of entities, or one that they extend. */
interface EntityClass {
  name: string;
  file: string;
  node: TreeNode;
  decorators: Decorators;
  parent: string | undefined;
}

/** What is written over a class or a property, by name; each with its arguments. */
type Decorators = ReadonlyMap<string, TreeNode[]>;

/** Reads the tables that TypeORM makes of entities, as its naming strategy calls them. */
export async function readTypeOrm(repository: Repository): Promise<Table[]> {
  const classes: EntityClass[] = [];
  let isSnake = false;
  for (const file of repository.files.filter((path) => /\.[cm]?[jt]sx?$/.test(path))) {
    const text = await repository.read(file);
    if (text === undefined || !/\btypeorm\b/.test(text)) continue;
    isSnake ||= /\bSnakeNamingStrategy\b/.test(text);
    const tree = /@\w*Column\b|@Entity\b/.test(text) ? parseTree(text, file) : undefined;
    classes.push(...classesIn(tree, file));
  }
  const byName = new Map(classes.map((found) => [found.name, found]));
  const entities = classes.filter(({ decorators }) => decorators.has('Entity'));
  return entities.map((entity) => tableOf(entity, { byName, isSnake }));
}

function classesIn(tree: TreeNode | undefined, file: string): EntityClass[] {
  return [...walk(tree)].flatMap((node) => {
    const name = node.type === 'ClassDeclaration' ? textOfNode(node.id) : undefined;
    if (name === undefined) return [];
    return [{ name, file, node, decorators: decoratorsOf(node), parent: textOfNode(node.superClass) }];
  });
}

function decoratorsOf({ decorators }: TreeNode): Decorators {
  return new Map(
    nodesIn(decorators).flatMap(({ expression }) => {
      if (!isTreeNode(expression)) return [];
      const name = expression.type === 'CallExpression' ? calleeName(expression) : textOfNode(expression);
      return name === undefined ? [] : [[name, nodesIn(expression.arguments)] as const];
    }),
  );
}

/** An option of a decorator: `name` of `@Column('text', { name: 'full_name' })`. */
function option(args: readonly TreeNode[] | undefined, name: string): string | undefined {
  const found = args
    ?.map((argument) => propertiesOf(argument).get(name))
    .find((value) => value !== undefined);
  return stringOfNode(found);
}

interface Naming {
  byName: ReadonlyMap<string, EntityClass>;
  isSnake: boolean;
}

function tableName({ name, decorators }: EntityClass): string {
  const args = decorators.get('Entity');
  const own = stringOfNode(args?.[0]) ?? option(args, 'name') ?? snakeCase(name);
  const schema = option(args, 'schema');
  return schema === undefined || schema === 'public' ? own : `${schema}.${own}`;
}

function tableOf(entity: EntityClass, naming: Naming): Table {
  const members = membersOf(entity, naming.byName);
  const named = members.map((member) => ({ ...member, column: columnOf(member, naming) }));
  const columns = named.flatMap(({ column }) => column ?? []);
  const relations = members.flatMap((member) => relationOf(member, naming) ?? []);
  for (const relation of relations) {
    const known = columns.find(({ name }) => name === relation.name);
    if (known === undefined) columns.push(relation);
    else known.references = relation.references;
  }
  return {
    name: tableName(entity),
    model: entity.name,
    source: 'typeorm',
    dialect: undefined,
    columns,
    primaryKey: named.flatMap(({ column, decorators }) =>
      column !== undefined && (decorators.has('PrimaryColumn') || decorators.has('PrimaryGeneratedColumn'))
        ? [column.name]
        : [],
    ),
    place: { file: entity.file, line: lineOfNode(entity.node) },
  };
}

/** A property of an entity. */
interface Member {
  name: string;
  file: string;
  node: TreeNode;
  decorators: Decorators;
}

/** The properties of a class, those it inherits before its own. */
function membersOf(entity: EntityClass, byName: Naming['byName'], depth = 0): Member[] {
  const parent = depth < 10 ? byName.get(entity.parent ?? '') : undefined;
  const body = isTreeNode(entity.node.body) ? nodesIn(entity.node.body.body) : [];
  const own = body.flatMap((node): Member[] => {
    const name = node.type === 'ClassProperty' ? textOfNode(node.key) : undefined;
    return name === undefined ? [] : [{ name, file: entity.file, node, decorators: decoratorsOf(node) }];
  });
  return [...(parent === undefined ? [] : membersOf(parent, byName, depth + 1)), ...own];
}

function columnOf({ name, file, node, decorators }: Member, { isSnake }: Naming): Column | undefined {
  const decorator = COLUMN_DECORATORS.find((candidate) => decorators.has(candidate));
  if (decorator === undefined) return undefined;
  const args = decorators.get(decorator);
  const column = option(args, 'name') ?? (isSnake ? snakeCase(name) : name);
  const type = stringOfNode(args?.[0]) ?? option(args, 'type') ?? annotation(node);
  const isTime = decorator.endsWith('DateColumn');
  const isNumber = decorator === 'PrimaryGeneratedColumn' && type === 'increment';
  const values = args
    ?.map((argument) => propertiesOf(argument).get('enum'))
    .find((list) => list !== undefined);
  return {
    name: column,
    property: column === name ? undefined : name,
    kind: isTime ? 'time' : isNumber ? 'number' : kindOf(type),
    nullable: args?.some((argument) => propertiesOf(argument).get('nullable')?.value === true) ?? false,
    values: values && nodesIn(values.elements).flatMap((element) => stringOfNode(element) ?? []),
    place: { file, line: lineOfNode(node) },
  };
}

/** The type that TypeScript is told: `string`, `Date`. */
function annotation({ typeAnnotation }: TreeNode): string {
  const inner = isTreeNode(typeAnnotation) ? typeAnnotation.typeAnnotation : undefined;
  const parts = isTreeNode(inner) && inner.type === 'TSUnionType' ? nodesIn(inner.types) : [inner];
  const [first] = parts.filter((part) => isTreeNode(part) && part.type !== 'TSNullKeyword');
  if (!isTreeNode(first)) return '';
  return first.type === 'TSTypeReference'
    ? (textOfNode(first.typeName) ?? '')
    : first.type.replace(/^TS(\w+)Keyword$/, '$1');
}

/** The column of a relation: `user_id` where `@JoinColumn` says so, `userId` for `user` where nobody does. */
function relationOf(
  { name, file, node, decorators }: Member,
  { byName, isSnake }: Naming,
): Column | undefined {
  const args =
    decorators.get('ManyToOne') ?? (decorators.has('JoinColumn') ? decorators.get('OneToOne') : undefined);
  if (args === undefined) return undefined;
  const target = byName.get(targetOf(args[0]) ?? '');
  if (target === undefined) return undefined;
  const join = decorators.get('JoinColumn');
  const column = option(join, 'name') ?? (isSnake ? `${snakeCase(name)}_id` : `${name}Id`);
  return {
    name: column,
    kind: 'other',
    nullable: true,
    references: { table: tableName(target), column: option(join, 'referencedColumnName') },
    place: { file, line: lineOfNode(node) },
  };
}

/** `() => User` or `'User'`. */
function targetOf(argument: TreeNode | undefined): string | undefined {
  return argument?.type === 'ArrowFunctionExpression' ? textOfNode(argument.body) : stringOfNode(argument);
}
