import { RequestError } from '../errors/index.ts';

/** Nothing that anybody sends is nested deeper; `JSON.stringify` overflows the stack some thousands of levels down. */
const DEEPEST = 100;

/**
 * Makes sure that a value can be written as JSON again, as every step that an event takes does.
 * @throws {RequestError} REQUEST_INVALID when it is nested too deep.
 */
export function requireShallow(value: unknown): void {
  if (!isDeeper(value, DEEPEST)) return;
  throw new RequestError('REQUEST_INVALID', `The body is nested more than ${DEEPEST} deep.`, {
    hint: 'Send it flatter.',
  });
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}
