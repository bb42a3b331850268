import { unsubscribeUrl, verifyUnsubscribe } from '../../../src/email/unsubscribe.ts';
import { isSecret } from '../../../src/server/dashboard-session.ts';
import { requireBearer } from '../../../src/sources/index.ts';
import type { Surface } from '../surface.ts';

const SECRET = 'k7Jd0pXq2LzWm9vT4RcYb8NhUa3SgEf6';
/** A secret that is wrong from its first letter on, and one that is right but for its last. */
const GUESSES = [`X${SECRET.slice(1)}`, `${SECRET.slice(0, -1)}X`] as const;
const link = new URL(
  unsubscribeUrl('https://example.com', SECRET, { subject: 'u', email: 'ada@example.com', loop: 'l' }),
).searchParams.get('token');
const [payload = '', signature = ''] = (link ?? '').split('.');

/** What compares a secret, given a guess. */
const CHECKS: Record<string, (guess: string) => unknown> = {
  'the bearer token': (guess) => {
    try {
      requireBearer(new Headers({ authorization: `Bearer ${guess}` }), SECRET);
    } catch {
      // As it should.
    }
  },
  'the secret at the dashboard': (guess) => isSecret(guess, SECRET),
  'the signature of a link': (guess) =>
    verifyUnsubscribe(
      SECRET,
      `${payload}.${guess === GUESSES[0] ? `X${signature.slice(1)}` : `${signature.slice(0, -1)}X`}`,
    ),
};

const CALLS_AT_A_TIME = 200;
/** Less than this share tells nobody anything over a network. */
const MOST_DIFFERENCE = 0.05;
const FEWEST = 20_000;

/** What a turn takes when nothing comes between: the fastest tenth. What else the machine does makes turns slower only. */
const undisturbed = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 10)] ?? 0;

/** How much longer, as a share, a check takes for the one guess than for the other, in turns that alternate. */
function differenceOf(check: (guess: string) => unknown, turns: number): number {
  const times: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns * 2; turn += 1) {
    const which = (turn & 1) as 0 | 1;
    const began = performance.now();
    for (let call = 0; call < CALLS_AT_A_TIME; call += 1) check(GUESSES[which]);
    times[which].push(performance.now() - began);
  }
  const [first, last] = [undisturbed(times[0]), undisturbed(times[1])];
  return Math.abs(first - last) / Math.min(first, last);
}

/** Whether a guess that is nearly right takes longer to refuse. Measured, so in the long form alone. */
export const timing: Surface = {
  name: 'comparisons of secrets: a guess that is nearly right takes no longer',
  cases: { short: 0, long: 600_000 },
  attack: async ({ cases }) => {
    if (cases < FEWEST) return { cases: 0, findings: [], skipped: 'measured in the long form alone' };
    const turns = Math.floor(cases / Object.keys(CHECKS).length / 2 / CALLS_AT_A_TIME);
    const findings = Object.entries(CHECKS).flatMap(([name, check]) => {
      differenceOf(check, 50);
      // Again, because the machine has other work too: what is really there is there each time.
      const third = Math.floor(turns / 3);
      const difference = Math.min(...[1, 2, 3].map(() => differenceOf(check, third)));
      return difference > MOST_DIFFERENCE ? [`${name}: ${(difference * 100).toFixed(1)} % apart`] : [];
    });
    return { cases: turns * 2 * CALLS_AT_A_TIME * Object.keys(CHECKS).length, findings };
  },
};
