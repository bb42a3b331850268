import type { Deployment } from '../plan/index.ts';
import { schedulesOf } from '../sync/index.ts';
import { type LoopUse, loopUse } from './loop-use.ts';
import { type Bill, priceUse } from './price-use.ts';
import type { PriceTable } from './prices.ts';
import { REDIS_COMMANDS } from './redis-commands.ts';
import { ticksIn } from './ticks.ts';
import type { Traffic } from './traffic.ts';

/** What a deployment comes to in a month of 30 days, and on its busiest day. */
export interface Estimate {
  loops: LoopUse[];
  /** The schedule that carries changed rows or looks for goals. */
  drain: { messages: number };
  /** Decisions of the gate, and the Redis commands they take. */
  gate: { decisions: number; commands: number };
  messages: number;
  commands: number;
  invocations: number;
  emails: number;
  bills: Bill[];
  dollars: number;
  /** Limits that would be hit, and what else to know. */
  notices: string[];
  /** What is not counted, or taken to be so. */
  assumptions: string[];
}

const ASSUMPTIONS = [
  'Sign-ups come evenly over the month; who is in an audience stays in it; nobody is kept from an email by quiet hours or a suppression.',
  'Rows and events that no run waits for are not counted (about 13 Redis commands each), nor are deliveries that fail and are repeated.',
  "The gate decides in the app's own process; through POST /api/gate each decision is an invocation more, and one that is refused again may cost nothing.",
  "Resend's own webhooks (delivered, opened, clicked) are not counted: each is an invocation, and what is written down of it.",
];

const DAYS = 30;
/** Messages a day of a schedule that nobody wrote. */
const WORTH_SAYING = 100;

/** Estimates what the compiled loops come to with some traffic, at some prices. */
export function estimate(deployment: Deployment, traffic: Traffic, prices: PriceTable): Estimate {
  const loops = deployment.plans.map((plan) => loopUse(plan, traffic));
  const total = (of: (use: LoopUse) => number) => loops.reduce((sum, use) => sum + of(use), 0);
  const schedules = schedulesOf(deployment, { prefix: '', functionsUrl: '' });
  const drain = { messages: drainsPerDay(schedules) * DAYS };
  const gate = gateUse(deployment, traffic);

  const messages = total((use) => use.messages) + drain.messages;
  const commands = total((use) => use.commands) + gate.commands;
  const invocations = messages + total((use) => use.calls);
  const emails = total((use) => use.emails);
  const steadyEmails = loops
    .filter(({ firstPassEmails }) => firstPassEmails === 0)
    .reduce((sum, use) => sum + use.emails / DAYS, 0);
  const busiestEmails = steadyEmails + total((use) => use.firstPassEmails);

  const bills = [
    priceUse(prices.messages, 'messages', {
      perMonth: messages,
      perDay: messages / DAYS,
      schedules: schedules.length,
      longestWaitDays: longestWaitDays(deployment),
    }),
    priceUse(prices.commands, 'commands', { perMonth: commands, perDay: commands / DAYS }),
    priceUse(prices.invocations, 'invocations', { perMonth: invocations, perDay: invocations / DAYS }),
    priceUse(prices.emails, 'emails', { perMonth: emails, perDay: busiestEmails }),
  ];
  return {
    loops,
    drain,
    gate,
    messages,
    commands,
    invocations,
    emails,
    bills,
    dollars: bills.reduce((sum, { dollars }) => sum + dollars, 0),
    notices: [
      ...bills.flatMap(({ limits }) => limits),
      ...bills
        .filter(({ plan }) => plan === undefined)
        .map(({ service }) => `${service}: no plan of the table carries this.`),
      ...drainNotice(drain.messages / DAYS),
      ...firstPassNotices(loops),
      ...chainNotices(deployment),
    ],
    assumptions: ASSUMPTIONS,
  };
}

/** Each drain is a message, whether rows have changed or not. */
function drainsPerDay(schedules: ReturnType<typeof schedulesOf>): number {
  const drain = schedules.find(({ id }) => id === 'drain');
  if (drain === undefined) return 0;
  return ticksIn(1, drain.cron);
}

function gateUse({ plans }: Deployment, { requests, users }: Traffic): Estimate['gate'] {
  const decisions = plans.some(({ trigger }) => trigger.type === 'api') ? requests : 0;
  const commands =
    decisions * REDIS_COMMANDS.decision + Math.min(decisions, users) * REDIS_COMMANDS.firstDecision;
  return { decisions, commands };
}

/** The longest that a run waits at once: a longer wait is a chain of these. */
function longestWaitDays({ plans }: Deployment): number {
  const waits = plans.flatMap(({ steps, longestWait }) =>
    steps.flatMap(({ condition, delay }) => [
      Math.min(delay, longestWait),
      ...(condition !== undefined && 'timeout' in condition
        ? [Math.min(condition.timeout, longestWait)]
        : []),
    ]),
  );
  return Math.max(0, ...waits) / 86_400;
}

/** Said where it is what makes the difference between a free plan and one that is paid. */
function drainNotice(perDay: number): string[] {
  if (perDay < WORTH_SAYING) return [];
  return [
    `The schedule that carries changed rows is ${perDay.toLocaleString('en-US')} messages a day, whatever happens.`,
  ];
}

function firstPassNotices(loops: readonly LoopUse[]): string[] {
  return loops
    .filter(({ firstPassEmails }) => firstPassEmails >= 1)
    .map(
      ({ loop, firstPassEmails }) =>
        `The first pass of ${loop} mails everybody who is in its audience by then: ${Math.ceil(firstPassEmails).toLocaleString('en-US')} emails in one day.`,
    );
}

function chainNotices({ plans }: Deployment): string[] {
  return plans.flatMap(({ loop, steps, longestWait }) =>
    steps.flatMap(({ id, condition, delay }) => {
      const wait = Math.max(delay, condition !== undefined && 'timeout' in condition ? condition.timeout : 0);
      if (wait <= longestWait) return [];
      return [
        `${loop}, ${id}: ${wait / 86_400} days are a chain of ${Math.ceil(wait / longestWait)} waits of up to ${longestWait / 86_400} days, each a message or two; SKENE_LONGEST_WAIT=365d, on a plan of Upstash that allows it, makes it one.`,
      ];
    }),
  );
}
