/** Floor 3: databases that loops read from and whose changes start their runs. What opens them, and so reaches a driver, is in `open/`. */
export { type ActivityTable, dormancyQuery, findLastActions } from './activity.ts';
export {
  type AudiencePage,
  findInAudience,
  findRows,
  isInAudience,
  quoterOf,
  readAudience,
} from './audience.ts';
export type {
  Backlog,
  Capture,
  CapturedChange,
  CapturingDatabase,
  Charge,
  Database,
  Healing,
  HealingPage,
  KeptRows,
  Outbox,
  OutboxStatus,
  PolledDatabase,
  PolledPage,
  Polling,
  PollingCheck,
  Row,
  Statement,
  TransactionLimits,
} from './database.ts';
export {
  chooseProvider,
  type DatabaseOptions,
  type DatabaseProvider,
  type OpenDatabase,
} from './database-address.ts';
export { deployedAddress, deployedDatabase } from './deployed.ts';
export {
  CAPTURE_FUNCTION,
  type CaptureTrigger,
  captureFunctionBody,
  captureTriggers,
  NOTIFY_SETTING,
  OUTBOX,
  outboxStatements,
  WATCH_STATE,
} from './postgres/capture-sql.ts';
export { quoteLiteral, quoteName, quoteTable } from './postgres/identifiers.ts';
export {
  fillRollup,
  forgetRollup,
  ROLLED_UP,
  ROLLUP,
  ROLLUP_FUNCTION,
  rollupTriggers,
} from './postgres/rollup-sql.ts';
export { requireCapture } from './require-capture.ts';
export { rowIdentity } from './row-identity.ts';
