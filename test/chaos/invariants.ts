import { createState } from '../../src/state/index.ts';
import { type App, GATES } from './app.ts';
import { VERSIONS } from './loops.ts';
import type { Person, Story } from './story.ts';
import { accountsOf, changedRows, gateViolations, usageViolations } from './usage.ts';
import { type ChaosWorld, SKEW_MS } from './world.ts';

/** Something that must not be. */
export interface Violation {
  invariant: string;
  /** Whom or what it is about, in words. */
  text: string;
  /** What the faults around it are named by. */
  about: readonly string[];
}

/** What must be true of a world when all is quiet, whatever went wrong before. */
export async function violationsOf(world: ChaosWorld, story: Story): Promise<Violation[]> {
  const accounts = accountsOf(story.app);
  return [
    ...emailViolations(world, story),
    ...runViolations(world, story),
    ...(await stuckViolations(world, story)),
    ...(await countViolations(world, story)),
    ...gateViolations(accounts),
    ...usageViolations(accounts, story.usage),
    ...(await changedRows(world, story.usage)),
    ...partnerViolations(world, story),
  ];
}

/** Every email once: `Welcome`, as whichever version its run had begun with. */
function emailViolations({ ledger, deployments }: ChaosWorld, { people, app }: Story): Violation[] {
  const found: Violation[] = [];
  const got = new Map<string, string[]>();
  for (const { to, subject } of ledger.emails) {
    const key = `${subject.replace(/ v\d$/, '')} to ${to[0]}`;
    got.set(key, [...(got.get(key) ?? []), subject]);
  }
  const wanted = new Map<string, Wanted>();
  const want = (name: string, { id, email }: Person, more: Omit<Wanted, 'subject'> = {}) =>
    wanted.set(`${name} to ${email}`, { subject: id, ...more });
  for (const person of people) {
    want(person.acts ? 'Welcome' : 'Reminder', person, { loop: 'welcome' });
    want('Trial', person, { loop: 'trial' });
    want(person.succeeds ? 'Project' : 'Nudge', person, { loop: 'trial' });
    want('Hello', person, { loop: 'hello' });
    if (person.subscribes) want('Thanks', person, { loop: 'thanks' });
    if (person.isDormant) {
      want('Miss', person);
      want('Tap', person);
      // Who has come back since the first email is not asked whether they are still there.
      const missed = ledger.emails.find(
        ({ to, subject }) => to[0] === person.email && /^Miss /.test(subject),
      );
      want('Still', person, { mayLack: ledger.lastHeard(person.id) >= (missed?.at ?? 0) - SKEW_MS });
    }
    for (const gate of GATES)
      if (wasStopped(app, gate, person.id)) want(`Upgrade ${gate}`, person, { loop: gate });
  }
  for (const [key, { subject, loop, mayLack = false }] of wanted) {
    const emails = got.get(key) ?? [];
    if (emails.length === 0 && !mayLack)
      found.push({ invariant: 'no email is lost', text: `${key}: none`, about: [subject] });
    if (emails.length > 1)
      found.push({
        invariant: 'an email at most once',
        text: `${key}: ${emails.join(', ')}`,
        about: [subject],
      });
    const run = ledger.runs.find((one) => one.loop === loop && one.subject === subject);
    const version = VERSIONS.find((name) =>
      deployments[name].plans.some(({ hash }) => hash === run?.planHash),
    );
    for (const email of emails)
      if (version !== undefined && !email.endsWith(version))
        found.push({
          invariant: 'a run ends by the definition it began with',
          text: `${key}: ${email}, though its run began with ${version}`,
          about: [subject],
        });
  }
  for (const [key, emails] of got)
    if (!wanted.has(key))
      found.push({
        invariant: 'nobody gets what is not theirs',
        text: `${key}: ${emails.join(', ')}`,
        about: [],
      });
  return found;
}

/** An email that somebody is to get. */
interface Wanted {
  subject: string;
  /** The loop whose run of this subject sends it; none where it is a pass. */
  loop?: string;
  mayLack?: boolean;
}

const wasStopped = (app: App, gate: string, subject: string): boolean =>
  app.calls.some((call) => call.gate === gate && call.subject === subject && call.status === 402);

/** Every event one run of each loop. */
function runViolations({ ledger }: ChaosWorld, { people, app }: Story): Violation[] {
  const found: Violation[] = [];
  for (const { id, subscribes } of people) {
    const wanted = [
      'welcome',
      'trial',
      'provision',
      'hello',
      ...(subscribes ? ['thanks'] : []),
      ...GATES.filter((gate) => wasStopped(app, gate, id)),
    ];
    const runs = ledger.runs.filter(({ subject }) => subject === id);
    for (const loop of wanted) {
      const count = runs.filter((run) => run.loop === loop).length;
      if (count !== 1)
        found.push({
          invariant: 'every event one run',
          text: `${count} runs of ${loop} for ${id}`,
          about: [id],
        });
    }
    for (const { loop, runId } of runs)
      if (!wanted.includes(loop))
        found.push({
          invariant: 'every event one run',
          text: `${runId} of ${loop} for ${id} has no event`,
          about: [id],
        });
  }
  return found;
}

async function stuckViolations({ env }: ChaosWorld, { operator, sender }: Story): Promise<Violation[]> {
  const found: Violation[] = [];
  const [letters, runs] = await Promise.all([operator.deadLetters(), operator.runs()]);
  for (const { workflowRunId, cause } of letters)
    found.push({
      invariant: 'what was given up can be taken up again',
      text: `${workflowRunId} is a dead letter in fair weather: ${cause}`,
      about: [workflowRunId],
    });
  for (const refusal of operator.refusals)
    found.push({
      invariant: 'what was given up can be taken up again',
      text: refusal,
      about: [refusal.split(':')[0] ?? ''],
    });
  for (const cause of operator.causes.keys())
    if (cause.trim() === '')
      found.push({
        invariant: 'nothing is given up without a cause',
        text: 'a dead letter says nothing',
        about: [],
      });
  for (const { id, state, label } of runs)
    if (state === 'RUN_STARTED')
      found.push({ invariant: 'no run is stuck', text: `${id} of ${label} goes on`, about: [id] });
  const state = createState({ ...env.redis, namespace: env.namespace });
  for (const { runId, endedAt, facts, loop } of await state.runLog.list(10_000)) {
    const outcomes = facts.map(({ outcome }) => outcome);
    if (endedAt === undefined || outcomes.includes('failed'))
      found.push({
        invariant: 'no run is stuck',
        text: `${runId} of ${loop} is not written down as over: ${outcomes.join(', ')}`,
        about: [runId],
      });
  }
  if (sender.waiting > 0)
    found.push({
      invariant: 'every event one run',
      text: `${sender.waiting} events were never taken`,
      about: [],
    });
  return found;
}

/** Goals and conversions, once each. */
async function countViolations({ env, clock }: ChaosWorld, { people }: Story): Promise<Violation[]> {
  const found: Violation[] = [];
  const state = createState({ ...env.redis, namespace: env.namespace });
  const days = Array.from({ length: 20 }, (_, index) =>
    new Date(clock.now() - index * 86_400_000).toISOString().slice(0, 10),
  );
  const same = (text: string, count: number, wanted: number): void => {
    if (count !== wanted)
      found.push({
        invariant: 'everything is counted once',
        text: `${text}: ${count}, not ${wanted}`,
        about: [],
      });
  };
  const trial = await state.runLog.tally('trial', days);
  same('who entered trial', trial.entered, people.length);
  same('who reached its goal', trial.converted, people.filter(({ succeeds }) => succeeds).length);
  for (const gate of GATES) {
    const { outcomes } = await state.runLog.tally(gate, days);
    const conversions = Object.entries(outcomes).filter(([name]) => name.startsWith('conversion.'));
    same(
      `conversions of ${gate}`,
      conversions.reduce((sum, [, count]) => sum + count, 0),
      people.filter(({ subscribes }) => subscribes).length,
    );
  }
  for (const loop of ['welcome', 'hello', 'thanks']) {
    const { outcomes } = await state.runLog.tally(loop, days);
    const wanted = loop === 'thanks' ? people.filter(({ subscribes }) => subscribes).length : people.length;
    same(`started of ${loop}`, outcomes.started ?? 0, wanted);
    same(`sent of ${loop}`, outcomes.sent ?? 0, wanted);
  }
  return found;
}

function partnerViolations({ ledger }: ChaosWorld, { people }: Story): Violation[] {
  return people.flatMap(({ id }): Violation[] => {
    const keys = new Set(ledger.orders.get(id));
    return keys.size === 1
      ? []
      : [{ invariant: 'a custom action has one key', text: `${keys.size} keys for ${id}`, about: [id] }];
  });
}
