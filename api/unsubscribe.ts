import { deployment } from '../compiled/deployment.ts';
import { createUnsubscribeHandler } from '../src/server/unsubscribe.ts';

export const { GET, POST } = createUnsubscribeHandler(deployment);
