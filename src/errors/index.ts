/** Floor 0: how Skene says that something went wrong, and to whom. */
export type { ErrorCode } from './codes.ts';
export { type Problem, problemOf, problemResponse } from './problem.ts';
export { type RetryDecision, retryOf } from './retry.ts';
export {
  ConfigError,
  EnvError,
  InternalError,
  isSkeneError,
  messageOf,
  type Place,
  ProviderError,
  RequestError,
  SkeneError,
} from './skene-error.ts';
