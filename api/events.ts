import { deployment } from '../compiled/deployment.ts';
import { createEventsHandler } from '../src/server/events.ts';

export const { POST } = createEventsHandler(deployment);
