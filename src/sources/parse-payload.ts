import * as z from 'zod/mini';
import { RequestError } from '../errors/index.ts';

/**
 * Reads what a provider signed. It may still not be what its documentation says.
 * @throws {RequestError} REQUEST_INVALID naming the member that is wrong.
 */
export function parsePayload<TSchema extends z.ZodMiniType>(
  schema: TSchema,
  payload: unknown,
  provider: string,
): z.output<TSchema> {
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.map(String).join('.') ?? '';
  throw new RequestError(
    'REQUEST_INVALID',
    `${path === '' ? 'The body' : `"${path}"`} is not what ${provider} sends.`,
    { where: { path } },
  );
}

/** Text that says something. */
export const Filled = z.string().check(z.minLength(1));

/** A field that may be missing, and in JSON often is null. */
export const maybe = <TSchema extends z.ZodMiniType>(schema: TSchema) => z.optional(z.nullable(schema));
