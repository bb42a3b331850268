import * as z from 'zod/mini';
import { RequestError } from '../errors/index.ts';
import { idProblem, idText } from '../events/index.ts';

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
  const [problem] = result.error.issues;
  const path = problem?.path.map(String).join('.') ?? '';
  const what = path === '' ? 'The body' : `"${path}"`;
  const why = problem?.code === 'custom' ? `: ${problem.message}` : '';
  throw new RequestError('REQUEST_INVALID', `${what} is not what ${provider} sends${why}.`, {
    where: { path },
  });
}

/** Text that says something. */
export const Filled = z.string().check(z.minLength(1));

/** The id of a user, of a customer or of an event. */
export const Id = idText();

/** Whether a member that anybody may have filled in names somebody. */
export const isId = (value: unknown): value is string => idProblem(value) === undefined;

/** A field that may be missing, and in JSON often is null. */
export const maybe = <TSchema extends z.ZodMiniType>(schema: TSchema) => z.optional(z.nullable(schema));
