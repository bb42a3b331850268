import { DEV_SECRET, DEV_WEBHOOK_SECRETS } from '../dev/index.ts';
import * as operations from '../operations/index.ts';

/** How a webhook is signed; tests of what is refused change it. */
export type Signing = Partial<operations.Signing>;

/** Signs a webhook of Clerk with the local stack's secret. */
export const signClerk = (payload: unknown, signing: Signing = {}): operations.SignedWebhook =>
  operations.signSvix(payload, { secret: DEV_WEBHOOK_SECRETS.CLERK_WEBHOOK_SIGNING_SECRET, ...signing });

/** Signs a webhook of Resend with the local stack's secret. */
export const signResend = (payload: unknown, signing: Signing = {}): operations.SignedWebhook =>
  operations.signSvix(payload, { secret: DEV_WEBHOOK_SECRETS.RESEND_WEBHOOK_SECRET, ...signing });

/** Signs a webhook of Stripe with the local stack's secret. */
export const signStripe = (payload: unknown, signing: Signing = {}): operations.SignedWebhook =>
  operations.signStripe(payload, { secret: DEV_WEBHOOK_SECRETS.STRIPE_WEBHOOK_SECRET, ...signing });

/** A callback of NextAuth to the local stack, as `skeneEvents()` makes it. */
export const signNextAuth = (payload: unknown, signing: Signing = {}): operations.SignedWebhook =>
  operations.withBearer(payload, { secret: DEV_SECRET, ...signing });
