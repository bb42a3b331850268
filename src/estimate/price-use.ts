import type { Price, Service } from './prices.ts';

/** How much of a service is used in a month. */
export interface Use {
  perMonth: number;
  /** On the busiest day. */
  perDay: number;
  schedules?: number | undefined;
  longestWaitDays?: number | undefined;
}

/** What a service costs in a month. */
export interface Bill {
  service: string;
  /** The cheapest plan that carries the use; `undefined` where none of the table does. */
  plan: string | undefined;
  /** US dollars. */
  dollars: number;
  /** Why the plans that come before it in the table do not carry it. */
  limits: string[];
}

/** Chooses the cheapest plan that carries a use, and says where the plans before it end. */
export function priceUse({ name, plans }: Service, unit: string, use: Use): Bill {
  const ends = plans.map((plan) => ({ plan, limits: limitsHit(plan, unit, use) }));
  const carrying = ends.filter(({ limits }) => limits.length === 0).map(({ plan }) => plan);
  const [cheapest] = carrying.sort((one, other) => dollarsFor(one, use) - dollarsFor(other, use));
  const before = cheapest === undefined ? ends : ends.slice(0, plans.indexOf(cheapest));
  return {
    service: name,
    plan: cheapest?.name,
    dollars: cheapest === undefined ? 0 : Math.round(dollarsFor(cheapest, use) * 100) / 100,
    limits: before.flatMap(({ plan, limits }) => limits.map((limit) => `${name}, ${plan.name}: ${limit}`)),
  };
}

function dollarsFor({ monthly, included, beyond }: Price, { perMonth }: Use): number {
  if (included === undefined || beyond === undefined) return monthly;
  return monthly + (Math.max(0, perMonth - included) / beyond.per) * beyond.price;
}

function limitsHit(plan: Price, unit: string, use: Use): string[] {
  const { included, beyond, perDay, schedules, longestWaitDays } = plan;
  const hits = (most: number | undefined, is = 0): most is number => most !== undefined && is > most;
  return [
    ...(hits(perDay, use.perDay)
      ? [`${shown(perDay)} ${unit} a day; there are ${shown(use.perDay)} on the busiest`]
      : []),
    ...(beyond === undefined && hits(included, use.perMonth)
      ? [`${shown(included)} ${unit} a month; there are ${shown(use.perMonth)}`]
      : []),
    ...(hits(schedules, use.schedules) ? [`${schedules} schedules; the loops have ${use.schedules}`] : []),
    ...(hits(longestWaitDays, use.longestWaitDays)
      ? [
          `a run waits ${longestWaitDays} days at most; a loop was built to wait ${use.longestWaitDays} at a time`,
        ]
      : []),
  ];
}

function shown(amount: number): string {
  return Math.ceil(amount).toLocaleString('en-US');
}
