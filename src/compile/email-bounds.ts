import { Cron } from 'croner';
import type { Plan, PlanAction } from '../plan/index.ts';

/** The most emails somebody can get in a day and in a week; `Infinity` where nothing bounds them. */
export interface EmailBounds {
  perDay: number;
  perWeek: number;
}

/** The bounds of all loops together, and what each adds. */
export interface ProvenBounds extends EmailBounds {
  loops: Array<EmailBounds & { loop: string; entry: string; because: string }>;
}

const DAY = 86_400;
const WEEK = 7 * DAY;
/** How short a period of usage can be, in seconds. */
const SHORTEST = {
  hour: 3_600,
  day: DAY - 3_600,
  week: WEEK - 3_600,
  month: 28 * DAY - 3_600,
  year: 365 * DAY,
  billing: 28 * DAY,
};
/** Enough ticks to see every kind of week of a schedule in them, unless it is a very frequent one. */
const MOST_TICKS = 200;

/**
 * Proves how many emails a person can get, from the compiled loops alone: by what can start them and how often, by the delays between
 * their steps, and by the caps. A bound is never too low; it may be too high where a condition keeps people out.
 *
 * A cap of a day counts as one day also where the clocks are put forward.
 */
export function proveEmailBounds(plans: readonly Plan[]): ProvenBounds {
  const loops = plans
    .filter((plan) => emailsOf(plan, () => true).length > 0)
    .map((plan) => ({
      loop: plan.loop,
      entry: plan.entry,
      perDay: mostEmails(plan, DAY),
      perWeek: mostEmails(plan, WEEK),
      because: entriesOf(plan, DAY).because,
    }));
  return { loops, perDay: together(plans, DAY), perWeek: together(plans, WEEK) };
}

/** Caps over all loops bound their marketing emails together; a transactional email is bound by none. */
function together(plans: readonly Plan[], span: number): number {
  const marketing = plans.reduce((sum, plan) => sum + mostEmails(plan, span, isMarketing), 0);
  const others = plans.reduce(
    (sum, plan) => sum + mostEmails(plan, span, (action) => !isMarketing(action)),
    0,
  );
  return Math.min(marketing, ...capsOf(plans[0], 'all', span)) + others;
}

type Which = (action: EmailOf) => boolean;
type EmailOf = Extract<PlanAction, { type: 'email' }>;
const isMarketing: Which = ({ kind }) => kind === 'marketing';

/** The most emails of a loop that can fall into `span` seconds. */
function mostEmails(plan: Plan, span: number, which?: Which): number {
  if (which === undefined)
    return mostEmails(plan, span, isMarketing) + mostEmails(plan, span, (action) => !isMarketing(action));
  const path = emailsOf(plan, which);
  if (path.length === 0) return 0;
  const { entries } = entriesOf(plan, span);
  // Where only one entry is possible, its own delays keep its emails apart; several may overlap.
  const emails = entries === 1 ? mostWithin(path, span) : path.length * entries;
  const isCapped = path.every(({ action }) => isMarketing(action));
  return isCapped ? Math.min(emails, ...capsOf(plan, 'loop', span)) : emails;
}

/** The emails on the longest way through a loop, and the least time after the step before at which each goes out. */
function emailsOf({ steps }: Plan, which: Which): Array<{ action: EmailOf; delay: number }> {
  let delay = 0;
  return steps.flatMap((step) => {
    delay += step.delay;
    const action = [step.action, step.otherwise].find(
      (one): one is EmailOf => one?.type === 'email' && which(one),
    );
    if (action === undefined) return [];
    const sent = { action, delay };
    delay = 0;
    return [sent];
  });
}

function mostWithin(path: ReadonlyArray<{ delay: number }>, span: number): number {
  return Math.max(
    ...path.map((_, first) => {
      let [count, passed] = [1, 0];
      for (const { delay } of path.slice(first + 1)) {
        passed += delay;
        if (passed >= span) break;
        count += 1;
      }
      return count;
    }),
  );
}

function capsOf(plan: Plan | undefined, scope: 'loop' | 'all', span: number): number[] {
  const caps = plan?.rules?.caps.filter((cap) => cap.scope === scope) ?? [];
  return caps.map(({ cap, period }) => cap * Math.ceil(span / period));
}

/** How often somebody can enter a loop within `span` seconds, and why not more often. */
function entriesOf(plan: Plan, span: number): { entries: number; because: string } {
  const { trigger, users, rules } = plan;
  const reentry = rules?.reentry;
  if (trigger.type === 'schedule')
    return { entries: mostTicks(trigger, span), because: `its schedule, ${trigger.cron}` };
  if (
    trigger.type === 'database' &&
    trigger.table === users.table &&
    trigger.operation === 'insert' &&
    trigger.subject === users.id
  )
    return { entries: 1, because: 'a user is inserted once' };
  if (trigger.type === 'webhook' && ['user.created', 'createUser'].includes(trigger.event))
    return { entries: 1, because: 'a user is created once' };
  if (trigger.type === 'api')
    return { entries: periodsWithin(plan, span), because: 'one prompt in each period of usage' };
  if (reentry === 'never') return { entries: 1, because: 'nobody enters it twice' };
  if (typeof reentry === 'object') {
    const entries = Math.ceil(span / reentry.cooldown);
    return { entries, because: 'its cooldown' };
  }
  return {
    entries: Number.POSITIVE_INFINITY,
    because: 'its caps alone: what starts it may happen any number of times',
  };
}

/** The first block of a period prompts once: a span touches the periods that end and begin in it. */
function periodsWithin({ steps }: Plan, span: number): number {
  const condition = steps.map((step) => step.condition).find((one) => one?.type === 'usage');
  if (condition?.type !== 'usage') return Number.POSITIVE_INFINITY;
  const { period } = condition;
  return Math.floor(span / (typeof period === 'number' ? period : SHORTEST[period])) + 2;
}

/** How many ticks of a schedule fall into any `span`. Time zones only move them, and are left out: they are slow to reckon with. */
function mostTicks({ cron }: Extract<Plan['trigger'], { type: 'schedule' }>, span: number): number {
  const schedule = new Cron(cron, { utcOffset: 0, mode: '5-part', paused: true });
  const ticks = schedule
    .nextRuns(MOST_TICKS, new Date(Date.UTC(2026, 0, 1)))
    .map((tick) => tick.getTime() / 1000);
  const [begin = 0, end = 0] = [ticks[0], ticks.at(-1)];
  if (ticks.length === MOST_TICKS && end - begin < 5 * WEEK) return Math.ceil(span / leastGap(ticks));
  let [most, first] = [0, 0];
  for (const [index, tick] of ticks.entries()) {
    while (tick - (ticks[first] ?? tick) >= span) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

function leastGap(ticks: readonly number[]): number {
  return ticks.reduce(
    (least, tick, index) => Math.min(least, tick - (ticks[index - 1] ?? 0)),
    Number.POSITIVE_INFINITY,
  );
}
