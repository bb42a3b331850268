/** Floor 4: verified input -> events, and what else it tells. */
export { eventsFromBody, readBody, requireBearer } from './api-call.ts';
export type { CustomerNews, Delivery, EmailReport } from './delivery.ts';
export { fetchSubscription } from './stripe.ts';
export { tickEvent } from './tick.ts';
export { readWebhook, WEBHOOK_PROVIDERS } from './webhook.ts';
