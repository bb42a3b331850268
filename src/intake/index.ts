/** Floor 5: events come in: noted, matched, their runs started and woken; and what every function stands on. */
export { acceptEvents } from './accept.ts';
export { leaveReached } from './follow-goals.ts';
export { createServices, type Report, type ServiceOptions, type Services } from './services.ts';
