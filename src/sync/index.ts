/** Floor 6: makes what is outside as the loops need it: plans first, then applies. */
export { type ApplyOptions, applyDatabaseSync } from './database/apply-database-sync.ts';
export {
  type DatabaseAction,
  type DatabaseSyncPlan,
  planDatabaseRemoval,
  planDatabaseSync,
} from './database/plan-database-sync.ts';
export { planKeptTables } from './database/plan-kept-tables.ts';
export { printDatabaseSync } from './database/print-database-sync.ts';
export { diagnose } from './diagnose.ts';
export type { Finding } from './finding.ts';
export { lookAtQueries } from './look-at-queries.ts';
export { applyScheduleSync, planScheduleSync, type ScheduleAction, schedulesOf } from './schedules.ts';
export {
  applyWebhookSync,
  planWebhookSync,
  WEBHOOK_PLACES,
  type WebhookByHand,
  type WebhookSyncPlan,
} from './webhooks/plan-webhook-sync.ts';
