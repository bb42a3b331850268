import { isSkeneError, messageOf } from '../errors/index.ts';

/** One thing that was looked at. */
export interface Finding {
  /** What was looked at. */
  name: string;
  /** `warning` is worth knowing and stops nothing. */
  state: 'ok' | 'warning' | 'problem';
  /** What was found. */
  detail: string;
  /** What to do about it. */
  hint?: string | undefined;
}

/** Looks at something: well with what `check` answers, a problem when it throws. */
export async function look(name: string, check: () => string | Promise<string>): Promise<Finding[]> {
  try {
    return [{ name, state: 'ok', detail: await check() }];
  } catch (error) {
    return [problemOf(name, error)];
  }
}

/** An error, as a finding. */
export function problemOf(name: string, error: unknown): Finding {
  return {
    name,
    state: 'problem',
    detail: messageOf(error),
    hint: isSkeneError(error) ? error.hint : undefined,
  };
}
