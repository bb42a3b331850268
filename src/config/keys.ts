import leven from 'leven';
import * as z from 'zod';

/** Words of other tools, and slips, for keys of ours. */
const SYNONYMS: Record<string, string> = {
  onTimeout: 'otherwise',
  else: 'otherwise',
  wait: 'delay',
  schedule: 'cron',
  retry: 'retries',
  name: 'id',
  tz: 'timezone',
  variables: 'personalization',
  description: 'opinion',
};

/** The keys that may stand where `path` leads in `input`, read off the schema itself. */
export function allowedKeys(
  schema: z.core.$ZodType,
  input: unknown,
  path: ReadonlyArray<PropertyKey>,
): string[] {
  const here = resolveVariant(schema, input);
  const [part, ...rest] = path;
  if (part === undefined) {
    const keys = here.flatMap((option) => (option instanceof z.ZodObject ? Object.keys(option.shape) : []));
    return [...new Set(keys)];
  }
  const inner = typeof input === 'object' && input !== null ? Reflect.get(input, part) : undefined;
  return here.flatMap((option) => {
    const next = childOf(option, part);
    return next === undefined ? [] : allowedKeys(next, inner, rest);
  });
}

/** The key the author may have meant, or `undefined`. */
export function closestKey(key: string, allowed: readonly string[]): string | undefined {
  const synonym = SYNONYMS[key];
  if (synonym !== undefined && allowed.includes(synonym)) return synonym;
  return allowed
    .map((known) => ({ known, distance: leven(known.toLowerCase(), key.toLowerCase()) }))
    .filter(({ known, distance }) => distance <= Math.max(2, Math.floor(known.length / 3)))
    .sort((left, right) => left.distance - right.distance)[0]?.known;
}

function childOf(schema: z.core.$ZodType, part: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(part)];
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.def.valueType;
  return undefined;
}

/** Looks through optional and default wrappers, and picks the members of a union that `input` can belong to. */
function resolveVariant(schema: z.core.$ZodType, input: unknown): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return resolveVariant(schema.def.innerType, input);
  }
  if (!(schema instanceof z.ZodUnion)) return [schema];
  const options = schema.options.flatMap((option) => resolveVariant(option, input));
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return options;
  const { discriminator } = schema.def;
  const value = typeof input === 'object' && input !== null ? Reflect.get(input, discriminator) : undefined;
  return options.filter((option) => {
    const literal = option instanceof z.ZodObject ? option.shape[discriminator] : undefined;
    return literal instanceof z.ZodType && literal.safeParse(value).success;
  });
}
