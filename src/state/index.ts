/** Floor 3: what Skene remembers, in Redis: claims, waits, the send ledger, suppressions, the journal of runs. */
export type { Candidate, Claimed, OpenPage, PageFact, PageSite } from './audience-page.ts';
export type { ClaimState, EntryClaim } from './claims.ts';
export type { Contact, ContactNote } from './contacts.ts';
export type { KeptCursor } from './cursors.ts';
export type { AudienceStanding, HistoryEntry } from './history.ts';
export type { LedgerEntry, SendKey } from './ledger.ts';
export { type RunFact, type RunRecord, type Tally, UNSETTLED } from './run-log.ts';
export { createState, type State } from './state.ts';
export type { CustomerRecord, Subscription } from './subscriptions.ts';
export type { SuppressionReason } from './suppressions.ts';
export type { Pass, Place } from './sweeps.ts';
export {
  type ArmCount,
  type GroupCount,
  type StepCount,
  TOOK_SECONDS,
  type TrialCounts,
  WINDOW_PARTS,
} from './trial-counts.ts';
export type { Exposure, OpenWindow, TrialSite } from './trials.ts';
export { type AskedPlace, placeOf, type Standing } from './under-way.ts';
export type { Wait, WaitedColumn } from './waits.ts';
