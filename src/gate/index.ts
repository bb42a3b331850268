/** Floor 4: whether a feature may be used now, in one round trip. Nothing but Web APIs, so that it runs on the edge as well. */

export type { SubscribedPlan } from './allowances.ts';
export type { Ask } from './call.ts';
export type { Decision, Standing, UsageRow, Verdict } from './decision.ts';
export { createGate, type Gate, type GateOptions } from './gate.ts';
export type { DecideBySql } from './outage.ts';
export { type GateRule, rulesOf } from './rules.ts';
export type { Take } from './take.ts';
export type { GateEvent } from './tellings.ts';
