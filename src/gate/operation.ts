import type { GateRule } from './rules.ts';

/** One operation of the script of `lua.ts`; `text` says it, and is followed by the numbers of its rules. */
export interface Operation {
  hash: string;
  hold: string;
  text: string;
  rules: readonly GateRule[];
}

/** What the script answers for an operation, word by word. */
export type Reply = readonly string[];
