/** Floor 1: the loop language. What may be written in `skene.config.ts`, its defaults, and what is wrong with it. */
export { formatDuration, parseDuration } from './duration.ts';
export type { ConfigIssue, IssueCode } from './issues.ts';
export { configJsonSchema, type JsonSchema } from './json-schema.ts';
export { authorPath, type ConfigPath, type ExportForm, formatPath } from './path.ts';
export {
  type ConfigResult,
  type ResolvedConfig,
  type ResolvedLoop,
  resolveConfig,
  safeResolveConfig,
} from './resolve.ts';
export type {
  Action,
  Condition,
  Config,
  ConfigInput,
  CustomAction,
  Loop,
  LoopInput,
  Step,
  Trigger,
} from './schema.ts';
