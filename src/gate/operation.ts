import type { GateRule } from './rules.ts';

/** One operation of the script of `lua.ts`. */
export interface Operation {
  hash: string;
  hold: string;
  rules: readonly GateRule[];
  /** What many calls have in common: mode, cost, how long the hold is kept (ms), plan. Only calls have one. */
  form?: string | undefined;
  /** How long Redis recognises it when it comes again, in ms; for good unless told. */
  holdMs?: number | undefined;
  /** A call's nonce, or the whole operation, to which the number of its rule is added. */
  text: string;
}

/** What the script answers for an operation, word by word. */
export type Reply = readonly string[];
