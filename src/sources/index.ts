/** Floor 4: verified input -> events. */
export { eventsFromBody, readBody, requireBearer } from './api-call.ts';
