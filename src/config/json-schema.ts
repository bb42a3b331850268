import * as z from 'zod';
import { Vocabulary } from './formats.ts';
import { ConfigSchema, LoopSchema } from './schema.ts';

/** A JSON Schema, or a part of one, as far as it is read here. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly title?: string;
  readonly description?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/**
 * The loop language as JSON Schema (draft 2020-12): what `skene.config.ts` may export, before defaults are filled in. What JSON cannot hold has
 * a schema that nothing fits, with a title that says what it is.
 */
export function configJsonSchema(): JsonSchema {
  const Exported = z.union([LoopSchema, z.array(LoopSchema), ConfigSchema]);
  const schema = z.toJSONSchema(Exported, {
    io: 'input',
    metadata: Vocabulary,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      const isUnlimited = def.type === 'literal' && def.values.includes(Number.POSITIVE_INFINITY);
      if (isUnlimited) replace(jsonSchema, { title: 'Infinity', description: 'no limit', not: {} });
      if (def.type === 'custom')
        replace(jsonSchema, { title: 'function', description: 'a function of yours', not: {} });
    },
  });
  return { title: 'skene.config.ts', ...schema } as JsonSchema;
}

function replace(schema: Record<string, unknown>, by: Record<string, unknown>): void {
  for (const key of Object.keys(schema)) delete schema[key];
  Object.assign(schema, by);
}
