/** Floor 9: the local stack: QStash, Redis, PostgreSQL and an inbox in one process, and a clock that can be moved. */
export type { Clock } from './clock.ts';
export { announceStack, requireNoStack } from './dev-file.ts';
export {
  createDevEnv,
  DEV_SECRET,
  DEV_SENDER,
  DEV_WEBHOOK_SECRETS,
  type DevUrls,
} from './environment.ts';
export type { StoredEmail } from './inbox/index.ts';
export { createDevLog, type DevLog } from './log.ts';
export type { StackPorts } from './ports.ts';
export { type Stack, type StackOptions, startStack } from './stack.ts';
export { watchFiles } from './watch-files.ts';
