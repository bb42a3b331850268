import type { Call } from './call.ts';
import type { Decision } from './decision.ts';

/** A decision, and what to do when the call is over. */
export interface Take extends Decision {
  rid: string;
  /** What {@link Gate.undo} needs on another machine. */
  hold: string;
  /** The call is done: its units stay used. */
  commit(): void;
  /** The call failed through no fault of the client's: its units are given back, once. */
  undo(): Promise<void>;
}

/** What is decided where no rule is for a call. */
export const UNGATED: Decision = {
  allowed: true,
  verdict: 'pass',
  plan: 'free',
  standings: [],
  replayed: false,
  degraded: false,
  headers: {},
};

/** A decision with what may be done about it; without `undo` nothing was charged, and nothing is to be given back. */
export function takeOf(decision: Decision, { set, rid, nonce }: Call, undo?: () => Promise<void>): Take {
  // Copied by hand, for every call comes by here.
  const { allowed, verdict, refusedBy, plan, standings, replayed, degraded, headers } = decision;
  let isOver = undo === undefined;
  return {
    allowed,
    verdict,
    refusedBy,
    plan,
    standings,
    replayed,
    degraded,
    headers,
    rid,
    hold: `${set.key} ${rid === nonce ? nonce : encodeURIComponent(rid)} ${nonce}`,
    commit() {
      isOver = true;
    },
    async undo() {
      if (isOver) return;
      isOver = true;
      await undo?.();
    },
  };
}
