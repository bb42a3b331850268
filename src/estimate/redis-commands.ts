/**
 * How many commands Redis runs, those inside scripts included, as Upstash bills them: counted on the local Redis on 2026-11-21.
 * `test/integration/estimate` counts them again and fails when one of them is off by more than a quarter.
 */
export const REDIS_COMMANDS = {
  /** A run is started: its event is noted and matched, the run looks and begins to wait. */
  start: 32,
  /** A row or an event that a run waits for, carried to it. */
  wake: 13,
  /** What follows when a condition is met: claims, caps, the email, outcomes and the goal. */
  act: 47,
  /** A wait that ends without what it waited for; that it was a chain takes no more. */
  timeOut: 19,
  /** A pass over an audience, whoever is in it. */
  pass: 61,
  /** Somebody of an audience who is looked at and mailed. */
  mailed: 13,
  /** Somebody of an audience who was mailed before, looked at once more. */
  lookedAt: 7,
  /** A decision of the gate. */
  decision: 4,
  /** The first decision about somebody in a period, beyond that. */
  firstDecision: 2,
  /** The first refusal of a period, and the run that it starts to the email that asks to upgrade. */
  refusal: 115,
} as const;
