import { openDatabase } from '../../compiled/database.ts';
import { deployment } from '../../compiled/deployment.ts';
import { createWebhooksHandler } from '../../src/server/webhooks.ts';

export const { POST } = createWebhooksHandler({ deployment, openDatabase });
