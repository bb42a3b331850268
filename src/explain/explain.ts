import type { Database, Row } from '../databases/index.ts';
import { addressKey } from '../email/address.ts';
import type { Deployment, Plan } from '../plan/index.ts';
import type { State, Subscription } from '../state/index.ts';
import { explainAudience } from './audience.ts';
import { explainRuns } from './event-driven.ts';

/** What happened, and when (ms since the epoch); `until` where it went on being so. */
export interface Moment {
  at: number;
  until?: number | undefined;
  text: string;
}

/** Why a loop did what it did about somebody. */
export interface LoopExplanation {
  loop: string;
  entry: string;
  /** One sentence that answers the question. */
  because: string;
  /** What happened, the oldest first. */
  story: Moment[];
}

/** What is known of somebody, and why each loop mailed them or did not. */
export interface Explanation {
  subject: string;
  /** Whether the users table has them. */
  isUser: boolean;
  email: string | undefined;
  /** Why their address must not be mailed. */
  suppressed: string | undefined;
  /** They were erased lately, and what comes about them is turned away. */
  isErased: boolean;
  subscription: Subscription | undefined;
  loops: LoopExplanation[];
}

/** What explaining needs. Nothing of it is written to. */
export interface ExplainContext {
  deployment: Deployment;
  state: State;
  database: Database;
  /** Ms since the epoch. */
  now: number;
}

/** Somebody, as far as they are known. */
export interface Person {
  subject: string;
  /** Their row of the users table. */
  row: Row | undefined;
  email: string | undefined;
  suppressed: string | undefined;
  isErased: boolean;
}

/**
 * Says why each loop mailed somebody, or did not.
 * @param only the loop to explain; all when left out.
 */
export async function explainSubject(
  subject: string,
  only: string | undefined,
  context: ExplainContext,
): Promise<Explanation> {
  const { deployment, state } = context;
  const person = await lookUp(subject, context);
  const plans = deployment.plans.filter(({ loop }) => only === undefined || loop === only);
  const loops: LoopExplanation[] = [];
  for (const plan of plans) loops.push(await explainPlan(plan, person, context));
  const { row, email, suppressed, isErased } = person;
  const subscription = await state.subscriptions.of(subject);
  return { subject, isUser: row !== undefined, email, suppressed, isErased, subscription, loops };
}

function explainPlan(plan: Plan, person: Person, context: ExplainContext): Promise<LoopExplanation> {
  return plan.trigger.type === 'schedule'
    ? explainAudience(plan, person, context)
    : explainRuns(plan, person, context);
}

async function lookUp(subject: string, { deployment, state, database }: ExplainContext): Promise<Person> {
  const { users } = deployment;
  const [row, contact, isErased] = await Promise.all([
    database.find(users.table, users.id, subject),
    state.contacts.find(subject),
    state.erasure.wasErased(subject),
  ]);
  const own = row?.[users.email];
  const email = typeof own === 'string' && own !== '' ? own : contact.email;
  const suppressed = email === undefined ? undefined : await state.suppressions.find(addressKey(email));
  return { subject, row, email, suppressed, isErased };
}
