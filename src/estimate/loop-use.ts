import { billedMessages } from '../compile/index.ts';
import type { Plan, PlanAction, PlanStep } from '../plan/index.ts';
import { REDIS_COMMANDS } from './redis-commands.ts';
import { ticksIn } from './ticks.ts';
import type { Traffic } from './traffic.ts';

/** What a loop comes to in a month of 30 days. */
export interface LoopUse {
  loop: string;
  /** The id of its first step. */
  entry: string;
  /** Runs, or passes over an audience. */
  runs: number;
  messages: number;
  commands: number;
  emails: number;
  /** Emails of the first pass over an audience, which finds everybody at once; 0 for other loops. */
  firstPassEmails: number;
  /** Calls of functions that are not messages: what tells of an event. */
  calls: number;
}

const DAY = 86_400;
const MONTH = 30 * DAY;

/** A message of a pass carries so many emails; see the runtime. */
const EMAILS_PER_MESSAGE = 6_000;
/** A pass: its tick, its run, and its end. */
const PASS_MESSAGES = 3;

/** What a loop comes to, in whole numbers. */
export function loopUse(plan: Plan, traffic: Traffic): LoopUse {
  const { loop, entry, ...amounts } = amountsOf(plan, traffic);
  const whole = Object.entries(amounts).map(([name, amount]) => [name, Math.round(amount)]);
  return { loop, entry, ...(Object.fromEntries(whole) as typeof amounts) };
}

function amountsOf(plan: Plan, traffic: Traffic): LoopUse {
  switch (plan.trigger.type) {
    case 'schedule':
      return audienceUse(plan, plan.trigger, traffic);
    case 'api':
      return runsUse(plan, Math.min(traffic.users, traffic.requests) * traffic.blocked, traffic);
    default:
      return runsUse(plan, traffic.starts[plan.loop] ?? traffic.signups, traffic);
  }
}

/** Runs that somebody's sign-up, event or refusal starts: some of them are met while they wait, the others time out. */
function runsUse(plan: Plan, runs: number, { active }: Traffic): LoopUse {
  const isGate = plan.trigger.type === 'api';
  const kept = 1 - (plan.rules?.holdout ?? 0);
  const use = { messages: 0, commands: isGate ? REDIS_COMMANDS.refusal : REDIS_COMMANDS.start, emails: 0 };
  let reaching = 1;
  for (const [index, step] of plan.steps.entries()) {
    const ended = reaching * (waits(step) ? 1 - active : 0);
    const met = reaching - ended;
    use.messages += ended * messagesToEnd(plan, index);
    use.commands += commandsOf(step, { isGate, met, ended });
    use.emails += kept * (met * emailsOf(step.action) + ended * emailsOf(step.otherwise));
    reaching = met;
  }
  use.messages += reaching * billedMessages(plan).metWaiting;
  const isTold = plan.trigger.type === 'event' || plan.trigger.type === 'webhook';
  return {
    loop: plan.loop,
    entry: plan.entry,
    runs,
    messages: runs * use.messages,
    commands: runs * use.commands,
    emails: runs * use.emails,
    firstPassEmails: 0,
    calls: isTold || isGate ? runs : 0,
  };
}

/** A run that times out in a step has met the conditions of those before it. */
function messagesToEnd(plan: Plan, index: number): number {
  const step = billedMessages({ ...plan, steps: plan.steps.slice(index, index + 1) });
  const path = billedMessages({ ...plan, steps: plan.steps.slice(0, index + 1) });
  return path.metWaiting + step.timedOut - step.metWaiting;
}

/** The commands of one step, for the shares of runs that meet its condition and that end in it. */
function commandsOf(
  step: PlanStep,
  { isGate, met, ended }: { isGate: boolean; met: number; ended: number },
): number {
  // What asks for an upgrade, and the first look, are counted with the refusal.
  if (isGate && !waits(step)) return 0;
  if (!waits(step)) return met * REDIS_COMMANDS.act;
  const isOtherwise = step.otherwise !== undefined;
  return (
    met * (REDIS_COMMANDS.wake + REDIS_COMMANDS.act) +
    ended * (REDIS_COMMANDS.timeOut + (isOtherwise ? REDIS_COMMANDS.act : 0))
  );
}

/** Passes over an audience: each looks at everybody in it, and mails those whose turn it is. */
function audienceUse(plan: Plan, { cron }: { cron: string }, { users, dormant }: Traffic): LoopUse {
  const passes = ticksIn(30, cron);
  const audience = users * dormant;
  const kept = 1 - (plan.rules?.holdout ?? 0);
  const perPerson = Math.min(
    plan.steps.reduce((sum, { action }) => sum + emailsOf(action), 0) * entriesInMonth(plan, passes),
    ...(plan.rules?.caps ?? []).map(({ cap, period }) => cap * Math.ceil(MONTH / period)),
  );
  const emails = audience * kept * perPerson;
  return {
    loop: plan.loop,
    entry: plan.entry,
    runs: passes,
    messages: passes * PASS_MESSAGES + Math.floor(emails / EMAILS_PER_MESSAGE),
    commands:
      passes * (REDIS_COMMANDS.pass + audience * REDIS_COMMANDS.lookedAt) +
      emails * (REDIS_COMMANDS.mailed - REDIS_COMMANDS.lookedAt),
    emails,
    firstPassEmails: audience * kept * Math.min(1, emailsOf(plan.steps[0]?.action)),
    calls: 0,
  };
}

/** How often somebody who stays in an audience enters the loop in a month. */
function entriesInMonth({ rules }: Plan, passes: number): number {
  const reentry = rules?.reentry ?? 'episode';
  if (reentry === 'always') return passes;
  return typeof reentry === 'object' ? Math.min(passes, Math.ceil(MONTH / reentry.cooldown)) : 1;
}

function waits({ condition }: PlanStep): boolean {
  return condition !== undefined && condition.type !== 'usage';
}

function emailsOf(action: PlanAction | undefined): number {
  return action?.type === 'email' ? 1 : 0;
}
