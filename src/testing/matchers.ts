import { storiesOf } from './stories.ts';
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
          : `There was to be ${wanted}; ${numberOf(found.length)}. In the inbox:\n${emailsOf(world)}${saidBy(world, subjectOf(world, address))}`,
    };
  },

  async toHaveOutcome(world: World, outcome: string, expected: ExpectedOutcome = {}): Promise<MatcherResult> {
    const runs = (await world.runs()).filter(
      ({ loop, subject }) =>
        (expected.loop === undefined || loop === expected.loop) &&
        (expected.subject === undefined || subject === expected.subject),
    );
    const pass = runs.some(({ facts }) => facts.some((fact) => fact.outcome === outcome));
    const whose = [
      expected.loop && ` of "${expected.loop}"`,
      expected.subject && ` for ${expected.subject}`,
    ].filter(Boolean);
    const lines = runs.map(({ loop, subject, facts }) => {
      const told = facts.map((fact) => `${fact.outcome}${reasonOf(fact.detail)}`).join(', ');
      return `  ${loop} for ${subject}: ${told}`;
    });
    return {
      pass,
      message: () =>
        `${pass ? 'No' : 'A'} run${whose.join('')} was to come to "${outcome}".${lines.length === 0 ? '' : ` The runs came to:\n${lines.join('\n')}`}${saidBy(world, expected.subject)}`,
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

/** How the runs stand: those of one subject, or all. */
function saidBy({ told, log }: World, subject: string | undefined): string {
  const said = [...storiesOf(told, subject), ...log.filter((line) => line.startsWith('problem: '))];
  return said.length === 0 ? '' : `\nThe loops say:\n${said.map((line) => `  ${line}`).join('\n')}`;
}

/** Who has an address, as far as they signed up here. */
function subjectOf({ told }: World, address: string): string | undefined {
  return [...told.addresses].find(([, email]) => email === address)?.[0];
}

function numberOf(count: number): string {
  return count === 0 ? 'there is none' : `there ${count === 1 ? 'is' : 'are'} ${count}`;
}

function reasonOf(detail: Record<string, unknown> | undefined): string {
  return typeof detail?.reason === 'string' ? ` (${detail.reason})` : '';
}
