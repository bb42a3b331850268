/** Floor 3: databases that loops read from and whose changes start their runs. Client libraries are loaded when first used. */
export type {
  Backlog,
  Capture,
  CapturedChange,
  CapturingDatabase,
  Database,
  Healing,
  HealingPage,
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
export { type DatabaseOptions, openDatabase } from './open-database.ts';
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
export { type Listener, type ListenOptions, listen } from './postgres/listen.ts';
export { requireCapture } from './require-capture.ts';
