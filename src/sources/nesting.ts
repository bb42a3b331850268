import { RequestError } from '../errors/index.ts';
import { isTooDeep } from '../events/index.ts';

/**
 * Makes sure that a value can be written as JSON again, as every step that an event takes does.
 * @throws {RequestError} REQUEST_INVALID when it is nested too deep.
 */
export function requireShallow(value: unknown): void {
  if (!isTooDeep(value)) return;
  throw new RequestError('REQUEST_INVALID', 'The body is nested too deep.', {
    hint: 'Send it flatter: no more than 100 objects and lists within each other.',
  });
}
