import type { Plan } from '../plan/index.ts';
import type { Price, PriceTable, Service } from './prices.ts';
import { REDIS_COMMANDS } from './redis-commands.ts';

/** What a simulation has found. */
export interface SimulatedPass {
  /** How many were looked at, would be mailed now, and would wait. */
  looked: number;
  mailed: number;
  waiting: number;
  /** The most that QStash would bill. */
  messages: number;
}

/** What it would come to, at most. */
export interface PassCost {
  emails: number;
  messages: number;
  commands: number;
  /** US dollars, where all of it is beyond what plans include. */
  dollars: number;
  /** Plans that do not carry it in a day. */
  notices: string[];
}

/** What a pass over an audience, or runs for those who are there now, would cost at most, taken for itself. */
export function passCost(plan: Plan, pass: SimulatedPass, prices: PriceTable): PassCost {
  const { messages, mailed, waiting } = pass;
  const perRun = plan.steps.filter(({ action, otherwise }) =>
    [action, otherwise].some((one) => one?.type === 'email'),
  ).length;
  const isAudience = plan.trigger.type === 'schedule';
  const emails = isAudience ? mailed : (mailed + waiting) * perRun;
  const commands = isAudience ? commandsOfPass(pass) : commandsOfRuns(pass);
  const uses = [
    { service: prices.messages, amount: messages, unit: 'messages' },
    { service: prices.commands, amount: commands, unit: 'commands' },
    { service: prices.invocations, amount: messages, unit: 'invocations' },
    { service: prices.emails, amount: emails, unit: 'emails' },
  ];
  return {
    emails,
    messages,
    commands,
    dollars: uses.reduce((sum, { service, amount }) => sum + amount * unitPrice(service), 0),
    notices: uses.flatMap(({ service, amount, unit }) =>
      service.plans.flatMap((price) => dayLimit(price, { service, amount, unit })),
    ),
  };
}

function commandsOfPass({ looked, mailed }: SimulatedPass): number {
  return REDIS_COMMANDS.pass + mailed * REDIS_COMMANDS.mailed + (looked - mailed) * REDIS_COMMANDS.lookedAt;
}

function commandsOfRuns({ mailed, waiting }: SimulatedPass): number {
  return (mailed + waiting) * (REDIS_COMMANDS.start + REDIS_COMMANDS.act) + waiting * REDIS_COMMANDS.wake;
}

/** What one more costs, on the plan where that is least. */
function unitPrice({ plans }: Service): number {
  const prices = plans.flatMap(({ beyond }) => (beyond === undefined ? [] : [beyond.price / beyond.per]));
  return prices.length === 0 ? 0 : Math.min(...prices);
}

function dayLimit(
  { name, perDay }: Price,
  { service, amount, unit }: { service: Service; amount: number; unit: string },
): string[] {
  if (perDay === undefined || amount <= perDay) return [];
  const [most, is] = [perDay, Math.round(amount)].map((number) => number.toLocaleString('en-US'));
  return [`${service.name}, ${name}: ${most} ${unit} a day; this is up to ${is}`];
}
