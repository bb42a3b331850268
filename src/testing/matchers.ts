import type { World } from './world.ts';

/** What a matcher answers, to vitest and jest alike. */
interface MatcherResult {
  pass: boolean;
  message: () => string;
}

/** Which email: whatever is left out fits. */
export interface ExpectedEmail {
  subject?: string | RegExp;
  /** Found in its text. */
  text?: string | RegExp;
  /** How many such emails; at least one when left out. */
  times?: number;
}

/** Which outcome: whatever is left out fits. */
export interface ExpectedOutcome {
  loop?: string;
  /** The id of the user. */
  subject?: string;
}

/** Matchers over a {@link World}: `expect.extend(skeneMatchers)`. Each says what there was instead. */
export const skeneMatchers = {
  toHaveEmailed(world: World, address: string, expected: ExpectedEmail = {}): MatcherResult {
    const { subject, text, times } = expected;
    const found = world.emails.filter(
      (email) => email.to.includes(address) && fits(email.subject, subject) && fits(email.text ?? '', text),
    );
    const pass = times === undefined ? found.length > 0 : found.length === times;
    const wanted = `${times ?? 'an'} email${times === undefined || times === 1 ? '' : 's'} to ${address}${like(expected)}`;
    return {
      pass,
      message: () =>
        pass
          ? `There was not to be ${wanted}. There is:\n${emailsOf(world)}`
          : `There was to be ${wanted}; ${found.length === 0 ? 'there is none' : `there are ${found.length}`}. In the inbox:\n${emailsOf(world)}${reasonsOf(world)}`,
    };
  },

  async toHaveOutcome(world: World, outcome: string, expected: ExpectedOutcome = {}): Promise<MatcherResult> {
    const runs = (await world.runs()).filter(
      ({ loop, subject }) =>
        (expected.loop === undefined || loop === expected.loop) &&
        (expected.subject === undefined || subject === expected.subject),
    );
    const pass = runs.some(({ facts }) => facts.some((fact) => fact.outcome === outcome));
    const whose = [expected.loop, expected.subject && `for ${expected.subject}`].filter(Boolean).join(' ');
    const lines = runs.map(({ loop, subject, facts }) => {
      const told = facts.map((fact) => `${fact.outcome}${reasonOf(fact.detail)}`).join(', ');
      return `  ${loop} for ${subject}: ${told}`;
    });
    return {
      pass,
      message: () =>
        `A run ${whose} was ${pass ? 'not ' : ''}to come to "${outcome}". ${lines.length === 0 ? 'No run was started.' : `The runs came to:\n${lines.join('\n')}`}`,
    };
  },
};

function fits(text: string, expected: string | RegExp | undefined): boolean {
  if (expected === undefined) return true;
  return typeof expected === 'string' ? text.includes(expected) : expected.test(text);
}

function like({ subject, text }: ExpectedEmail): string {
  const parts = [
    subject && `with ${String(subject)} in its subject`,
    text && `with ${String(text)} in its text`,
  ];
  const said = parts.filter(Boolean).join(' and ');
  return said === '' ? '' : ` ${said}`;
}

function emailsOf({ emails }: World): string {
  if (emails.length === 0) return '  nothing';
  return emails.map(({ to, subject }) => `  "${subject}" to ${to.join(', ')}`).join('\n');
}

/** Why the loops sent nothing, as far as they said. */
function reasonsOf({ log }: World): string {
  const said = log.filter((line) => /"outcome":"(?:suppressed|failed|timed_out)"|^problem:/.test(line));
  return said.length === 0 ? '' : `\nThe loops said:\n${said.map((line) => `  ${line}`).join('\n')}`;
}

function reasonOf(detail: Record<string, unknown> | undefined): string {
  return typeof detail?.reason === 'string' ? ` (${detail.reason})` : '';
}
