/** Floor 11: the local stack for the tests of an app: `@skene/sdk/testing`. */

export type { SignedWebhook } from '../operations/index.ts';
export { type ExpectedEmail, type ExpectedOutcome, skeneMatchers } from './matchers.ts';
export type { Rows, Values } from './rows.ts';
export {
  type Signing,
  signClerk,
  signNextAuth,
  signResend,
  signStripe,
} from './sign-webhook.ts';
export type { Webhooks } from './webhooks.ts';
export { createWorld, type Person, type World, type WorldOptions } from './world.ts';
