import openapi from './openapi.json' with { type: 'json' };

/** A type of `openapi.json`: a name (a list with `[]` behind it, a record with `{}`), fields, or a list of one type. */
export type OpenApiType = string | { [field: string]: OpenApiType } | OpenApiType[];

interface Schema {
  required: string[];
  fields: Record<string, string>;
}

const SCHEMAS: Record<string, Schema> = openapi.schemas;

const PRIMITIVES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isSafeInteger,
  number: (value) => typeof value === 'number',
  object: (value) => typeof value === 'object' && value !== null,
};

/** Every field the specifications describe, as `Message.url`. */
export const DOCUMENTED_FIELDS: readonly string[] = Object.entries(SCHEMAS).flatMap(([name, { fields }]) =>
  Object.keys(fields).map((field) => `${name}.${field}`),
);

/** Holds answers against the specifications. */
export interface AnswerChecker {
  /** What is wrong with an answer, each with where. */
  violations(answer: unknown, type: OpenApiType): string[];
  /** The documented fields that the answers checked so far had. */
  readonly served: ReadonlySet<string>;
}

/** Creates a checker that has seen no answer. */
export function createAnswerChecker(): AnswerChecker {
  const served = new Set<string>();

  function check(value: unknown, type: OpenApiType, at: string): string[] {
    if (Array.isArray(type)) return checkItems(value, type[0] ?? 'object', at);
    if (typeof type === 'object') return checkFields(value, type, at);
    if (type.endsWith('[]')) return checkItems(value, type.slice(0, -2), at);
    if (type.endsWith('{}')) return checkItems(Object.values(Object(value)), type.slice(0, -2), at);
    const schema = SCHEMAS[type];
    if (schema !== undefined) return checkSchema(value, { type, schema }, at);
    return PRIMITIVES[type]?.(value) ? [] : [`${at} is no ${type}`];
  }

  function checkItems(value: unknown, type: OpenApiType, at: string): string[] {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap((item, index) => check(item, type, `${at}[${index}]`));
  }

  function checkFields(value: unknown, fields: Record<string, OpenApiType>, at: string): string[] {
    if (!PRIMITIVES.object?.(value) || Array.isArray(value)) return [`${at} is no object`];
    return Object.entries(value as object).flatMap(([name, field]) => {
      const type = fields[name];
      return type === undefined || field === undefined ? [] : check(field, type, `${at}.${name}`);
    });
  }

  function checkSchema(
    value: unknown,
    { type, schema }: { type: string; schema: Schema },
    at: string,
  ): string[] {
    const problems = checkFields(value, schema.fields, at);
    const has = Object.keys(Object(value));
    for (const name of has) if (name in schema.fields) served.add(`${type}.${name}`);
    const missing = schema.required.filter((name) => !has.includes(name));
    return [...problems, ...missing.map((name) => `${at}.${name} is missing`)];
  }

  return { served, violations: (answer, type) => check(answer, type, '$') };
}
