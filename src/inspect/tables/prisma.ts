import { posix } from 'node:path';
import type { Block, Field } from '@mrleebo/prisma-ast';
import { messageOf } from '../../errors/index.ts';
import type { Dialect } from '../../sql/index.ts';
import type { Column, Place, Table, Unreadable } from '../model.ts';
import type { Repository } from '../repository.ts';
import { kindOf } from './kind-of.ts';
import {
  assigned,
  attributeOf,
  blockAttributeOf,
  type Datasource,
  type Enum,
  enumValues,
  fieldsOf,
  listOf,
  type Model,
  nativeTypeOf,
  parsePrisma,
  textOf,
  typeOf,
} from './prisma-blocks.ts';

/** A database that a schema names. */
export interface PrismaSource extends Place {
  dialect: Dialect | 'other' | undefined;
  /** The variable that holds its address. */
  variable: string | undefined;
}

/** What Prisma's schemas say. */
export interface PrismaReading {
  tables: Table[];
  sources: PrismaSource[];
  problems: Unreadable[];
}

/** Reads Prisma's schemas. The files below the folder of a schema belong to it, as Prisma takes them. */
export async function readPrisma(repository: Repository): Promise<PrismaReading> {
  const reading: PrismaReading = { tables: [], sources: [], problems: [] };
  const files = repository.files.filter((file) => file.endsWith('.prisma'));
  const schemas = new Map<string, Placed[]>();
  for (const file of files) {
    const folder = topmost(posix.dirname(file), files);
    const blocks = await readBlocks(file, repository, reading.problems);
    schemas.set(folder, [...(schemas.get(folder) ?? []), ...blocks]);
  }
  for (const blocks of schemas.values()) readSchema(blocks, reading);
  return reading;
}

/** A block and the file it is in. */
interface Placed {
  block: Block;
  file: string;
}

async function readBlocks(file: string, repository: Repository, problems: Unreadable[]): Promise<Placed[]> {
  try {
    const blocks = await parsePrisma((await repository.read(file)) ?? '');
    return blocks.map((block) => ({ block, file }));
  } catch (error) {
    const { token } = error as { token?: { startLine?: number } };
    problems.push({ file, line: token?.startLine ?? 1, why: `it cannot be read: ${messageOf(error)}` });
    return [];
  }
}

/** The uppermost folder with a schema that a folder lies in. */
function topmost(folder: string, files: readonly string[]): string {
  const above = files
    .map((file) => posix.dirname(file))
    .filter((other) => `${folder}/`.startsWith(`${other}/`));
  return above.sort((one, other) => one.length - other.length)[0] ?? folder;
}

function readSchema(blocks: readonly Placed[], { tables, sources }: PrismaReading): void {
  const [source] = blocks.flatMap(({ block, file }) =>
    block.type === 'datasource' ? [{ block, file }] : [],
  );
  const dialect = source && dialectOf(source.block);
  if (source !== undefined) {
    const { variable } = assigned(source.block, 'url');
    sources.push({ dialect, variable, file: source.file, line: source.block.location?.startLine ?? 1 });
  }
  const models = new Map<string, Model>();
  const enums = new Map<string, Enum>();
  for (const { block } of blocks) {
    if (block.type === 'model') models.set(block.name, block);
    if (block.type === 'enum') enums.set(block.name, block);
  }
  for (const { block, file } of blocks)
    if (block.type === 'model') tables.push(tableOf(block, file, { dialect, models, enums }));
}

function dialectOf(source: Datasource): PrismaSource['dialect'] {
  const { text } = assigned(source, 'provider');
  if (text === 'mysql') return 'mysql';
  if (text === undefined) return undefined;
  return ['postgresql', 'postgres', 'cockroachdb'].includes(text) ? 'postgres' : 'other';
}

/** What the rest of a schema says. */
interface Known {
  dialect: PrismaSource['dialect'];
  models: ReadonlyMap<string, Model>;
  enums: ReadonlyMap<string, Enum>;
}

function tableOf(model: Model, file: string, known: Known): Table {
  const fields = fieldsOf(model);
  const columns = fields.filter((field) => !known.models.has(typeOf(field)));
  const keys = columns.filter((field) => attributeOf(field, 'id') !== undefined).map(({ name }) => name);
  const composite = listOf(blockAttributeOf(model, 'id'));
  return {
    name: tableName(model),
    model: model.name,
    source: 'prisma',
    dialect: known.dialect,
    columns: columns.map((field) => columnOf(field, { fields, file, known })),
    primaryKey: (keys.length > 0 ? keys : composite).map((name) => columnName(name, model)),
    place: { file, line: model.location?.startLine ?? 1 },
  };
}

function tableName(model: Model): string {
  const schema = textOf(blockAttributeOf(model, 'schema'));
  const name = textOf(blockAttributeOf(model, 'map')) ?? model.name;
  return schema === undefined || schema === 'public' ? name : `${schema}.${name}`;
}

/** The column of a field that is known by its name in the schema. */
function columnName(name: string, model: Model | undefined): string {
  const field = model && fieldsOf(model).find((other) => other.name === name);
  return (field && textOf(attributeOf(field, 'map'))) ?? name;
}

function columnOf(
  field: Field,
  { fields, file, known }: { fields: readonly Field[]; file: string; known: Known },
): Column {
  const name = textOf(attributeOf(field, 'map')) ?? field.name;
  const values = known.enums.get(typeOf(field));
  const relation = fields.find((other) =>
    listOf(attributeOf(other, 'relation'), 'fields').includes(field.name),
  );
  const target = relation && known.models.get(typeOf(relation));
  const [referenced = 'id'] = relation ? listOf(attributeOf(relation, 'relation'), 'references') : [];
  return {
    name,
    property: name === field.name ? undefined : field.name,
    kind: values === undefined ? kindOf(nativeTypeOf(field) ?? typeOf(field)) : 'text',
    nullable: field.optional === true,
    references: target && { table: tableName(target), column: columnName(referenced, target) },
    values: values && enumValues(values),
    place: { file, line: field.location?.startLine ?? 1 },
  };
}
