import { createUnsubscribeHandler } from '../src/server/unsubscribe.ts';

export const { GET, POST } = createUnsubscribeHandler();
