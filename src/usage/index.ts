/** Floor 4: what is used and who subscribes, in the team's own tables. */
export {
  createKeptTables,
  type KeptTablesWriter,
  type SubscriptionEntry,
  type UsageCharge,
  type UsageEntry,
} from './kept-tables.ts';
export { readRunning, type UsageRecord, usersWithUsage } from './read-usage.ts';
export { keptTablesSql } from './tables-sql.ts';
