import type { Attribute, Block, BlockAttribute, Field, Value } from '@mrleebo/prisma-ast';

/** The blocks of Prisma's language that tables are made of. */
export type Model = Extract<Block, { type: 'model' }>;
export type Enum = Extract<Block, { type: 'enum' }>;
export type Datasource = Extract<Block, { type: 'datasource' }>;

/** Parses a schema; each block and field has its place. @throws the parser's error, which has its token. */
export async function parsePrisma(text: string): Promise<Block[]> {
  const { getSchema, PrismaParser, VisitorClassFactory } = await import('@mrleebo/prisma-ast');
  const parser = new PrismaParser({ nodeLocationTracking: 'full' });
  const Visitor = VisitorClassFactory(parser);
  return getSchema(text, { parser, visitor: new Visitor() }).list;
}

/** The fields of a model, relations among them. */
export function fieldsOf({ properties }: Model): Field[] {
  return properties.filter((property): property is Field => property.type === 'field');
}

/** The type of a field by its name: `Int`, `User`; nothing for one that Prisma does not support. */
export function typeOf({ fieldType }: Field): string {
  return typeof fieldType === 'string' ? fieldType : '';
}

/** An attribute of a field by its name: `map` for `@map`. */
export function attributeOf({ attributes = [] }: Field, name: string): Attribute | undefined {
  return attributes.find((attribute) => attribute.name === name && attribute.group === undefined);
}

/** What `@db.` says of a field's type: `Uuid`, `Timestamptz`. */
export function nativeTypeOf({ attributes = [] }: Field): string | undefined {
  return attributes.find(({ group }) => group === 'db')?.name;
}

/** An attribute of a model by its name: `map` for `@@map`. */
export function blockAttributeOf({ properties }: Model, name: string): BlockAttribute | undefined {
  return properties.find(
    (property): property is BlockAttribute => property.type === 'attribute' && property.name === name,
  );
}

/** The name among an attribute's arguments: `"users"` of `@@map("users")` and `@@map(name: "users")`. */
export function textOf(attribute: Attribute | BlockAttribute | undefined): string | undefined {
  for (const { value } of attribute?.args ?? []) {
    if (typeof value === 'string') return unquoted(value);
    if (isKeyValue(value) && value.key === 'name') return unquoted(value.value);
  }
  return undefined;
}

/** The names in the list among an attribute's arguments that has this key, or has none. */
export function listOf(attribute: Attribute | BlockAttribute | undefined, key?: string): string[] {
  for (const { value } of attribute?.args ?? []) {
    const list = isKeyValue(value)
      ? value.key === key
        ? value.value
        : undefined
      : key === undefined
        ? value
        : undefined;
    if (typeof list !== 'object' || !('args' in list)) continue;
    // A field of an index may have options, and then looks like a call.
    return list.args.map((entry) => (typeof entry === 'string' ? entry : (entry as { name: string }).name));
  }
  return [];
}

/** An assignment of a datasource, as text, or the name of the variable in `env("…")`. */
export function assigned(
  { assignments }: Datasource,
  key: string,
): { text?: string | undefined; variable?: string | undefined } {
  const found = assignments.find((entry) => entry.type === 'assignment' && entry.key === key);
  if (found?.type !== 'assignment') return {};
  const { value } = found;
  const isCall = typeof value === 'object' && !Array.isArray(value) && value.type === 'function';
  return isCall ? { variable: unquoted(value.params?.[0]) } : { text: unquoted(value) };
}

/** The values of an enumeration, as the database has them. */
export function enumValues({ enumerators }: Enum): string[] {
  return enumerators.flatMap((entry) => {
    if (entry.type !== 'enumerator') return [];
    const mapped = entry.attributes?.find(({ name }) => name === 'map');
    return [textOf(mapped) ?? entry.name];
  });
}

function isKeyValue(value: unknown): value is { type: 'keyValue'; key: string; value: Value } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'keyValue';
}

function unquoted(value: unknown): string | undefined {
  return typeof value === 'string' ? value.replace(/^"|"$/g, '') : undefined;
}
