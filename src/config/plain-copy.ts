import type { ConfigPath } from './path.ts';

/** No configuration is nested deeper; what is, refers to itself by way of copies, or was made by a program gone wrong. */
const DEEPEST = 100;

/** Something in an exported value that is no data, and where. */
export interface NotPlain {
  path: ConfigPath;
  message: string;
  hint: string;
}

/**
 * Copies what a config exports, so that everything after works on plain data: objects that read themselves (getters, proxies) are read
 * once, and what is circular, too deep or a promise is found here. Functions are kept as they are.
 */
export function plainCopy(value: unknown): { value: unknown } | { problem: NotPlain } {
  try {
    return { value: copy(value, [], []) };
  } catch (error) {
    if (error instanceof NotPlainError) return { problem: error.problem };
    throw error;
  }
}

class NotPlainError extends Error {
  readonly problem: NotPlain;

  constructor(problem: NotPlain) {
    super(problem.message);
    this.problem = problem;
  }
}

function copy(value: unknown, path: ConfigPath, above: readonly object[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const refuse = (message: string, hint: string): never => {
    throw new NotPlainError({ path, message, hint });
  };
  if (value instanceof Promise) refuse('is a promise', 'write the value itself; a config waits for nothing');
  if (above.includes(value))
    refuse('refers to an object that it is a part of', 'write it out, without the reference');
  if (above.length >= DEEPEST) refuse(`is nested more than ${DEEPEST} deep`, 'write it flatter');
  const inside = [...above, value];
  if (Array.isArray(value))
    return Array.from({ length: value.length }, (_, index) =>
      copy(read(value, index, path), [...path, index], inside),
    );
  const result: Record<string, unknown> = {};
  for (const key of keysOf(value, path)) {
    if (key === '__proto__')
      refuse('has the key __proto__, which JavaScript keeps for itself', 'choose another name');
    result[key] = copy(read(value, key, path), [...path, key], inside);
  }
  return result;
}

function keysOf(object: object, path: ConfigPath): string[] {
  return attempt(() => Object.keys(object), path);
}

function read(object: object, key: string | number, path: ConfigPath): unknown {
  return attempt(() => Reflect.get(object, key), [...path, key]);
}

/** Getters and proxies run the author's code, which may throw. */
function attempt<TResult>(action: () => TResult, path: ConfigPath): TResult {
  try {
    return action();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotPlainError({
      path,
      message: `cannot be read: ${reason}`,
      hint: 'write the value itself rather than a getter',
    });
  }
}
