/**
 * `@skene/sdk`: what an app imports. No client library stands behind it.
 */
export type {
  Action,
  Condition,
  ConfigInput,
  CustomAction,
  LoopInput,
  Step,
  Trigger,
} from './config/index.ts';
export { defineConfig, defineLoop } from './define.ts';
export { type TrackedEvent, track } from './track.ts';
