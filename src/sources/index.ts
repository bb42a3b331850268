/** Floor 4: verified input -> events, and what else it tells. */
export { eventsFromBody, parseJson, readBody, requireBearer } from './api-call.ts';
export { tickEvent } from './tick.ts';
