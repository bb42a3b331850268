import { configJsonSchema, type JsonSchema } from '../config/index.ts';

/**
 * The loop language in TypeScript's notation, made from the schema that `skene check` reads by: what it accepts and nothing else. A comment
 * behind a member has its default and its bounds.
 */
export function grammar(): string {
  const { $defs = {} } = configJsonSchema();
  return Object.entries($defs)
    .filter(([name]) => !isUnnamed(name))
    .map(([name, schema]) => {
      const note = schema.description === undefined ? '' : `// ${schema.description}\n`;
      return `${note}type ${name} = ${typeOf(schema, '')};`;
    })
    .join('\n\n')
    .replaceAll(' \n', '\n');
}

/** What zod had to name and nobody else did: JSON, which refers to itself. */
const isUnnamed = (name: string): boolean => name.startsWith('__');

function typeOf(schema: JsonSchema, indent: string): string {
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return unionOf(choices, indent);
  if (schema.const !== undefined) return quoted(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(quoted).join(' | ');
  if (schema.title !== undefined) return schema.title;
  if (typeof schema.type === 'object') return schema.type.join(' | ');
  if (schema.type === 'array') return `Array<${typeOf(schema.items ?? {}, indent)}>`;
  if (schema.type === 'object') return objectOf(schema, indent);
  return schema.type === 'integer' ? 'number' : (schema.type ?? 'unknown');
}

/** Objects that one chooses among stand below each other. */
function unionOf(choices: readonly JsonSchema[], indent: string): string {
  const parts = choices.map((choice) => typeOf(choice, indent));
  return parts.some((part) => part.includes('\n') || part.length > 60)
    ? parts.map((part) => `\n${indent}  | ${part.replaceAll('\n', '\n  ')}`).join('')
    : parts.join(' | ');
}

function objectOf(
  { properties, required = [], additionalProperties, propertyNames }: JsonSchema,
  indent: string,
): string {
  if (properties === undefined) {
    const values =
      typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : 'unknown';
    const keys = propertyNames?.$ref === undefined ? 'string' : nameOf(propertyNames.$ref);
    return `Record<${keys}, ${values}>`;
  }
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? '' : '?';
    return { text: `${name}${mark}: ${typeOf(schema, inner)}`, note: noteOf(schema) };
  });
  return `{\n${members.map(({ text, note }) => `${inner}${text};${note}\n`).join('')}${indent}}`;
}

function noteOf(schema: JsonSchema): string {
  const { minimum, maximum, minItems } = schema;
  const isBounded = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  const isPlain = schema.default !== undefined && typeof schema.default !== 'object';
  const notes = [
    schema.type === 'integer' ? 'a whole number' : '',
    isBounded ? `from ${minimum} to ${maximum}` : '',
    minItems === undefined ? '' : `at least ${minItems}`,
    isPlain ? `${quoted(schema.default)} unless told` : '',
  ].filter(Boolean);
  return notes.length === 0 ? '' : ` // ${notes.join(', ')}`;
}

function nameOf(reference: string): string {
  const name = reference.split('/').at(-1) ?? '';
  return isUnnamed(name) ? 'Json' : name;
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
