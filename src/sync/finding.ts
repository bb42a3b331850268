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

/** What a look came to: text means that all is well. */
type Seen = string | Omit<Finding, 'name'>;

/** A function on Vercel's free plan may take ten seconds; whoever asks wants the other findings all the same. */
const PATIENCE_MS = 8_000;

/** Looks at something: well with what `check` answers, a problem when it throws or says nothing within eight seconds. */
export async function look(name: string, check: () => Seen | Promise<Seen>): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`No answer within ${PATIENCE_MS / 1_000} s.`)), PATIENCE_MS);
  });
  try {
    const seen = await Promise.race([Promise.resolve().then(check), tooLong]);
    return [typeof seen === 'string' ? { name, state: 'ok', detail: seen } : { name, ...seen }];
  } catch (error) {
    return [problemOf(name, error)];
  } finally {
    clearTimeout(timer);
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
