import { openDatabase } from '../../compiled/database.ts';
import { deployment } from '../../compiled/deployment.ts';
import { createSchedulesHandler } from '../../src/server/schedules.ts';

export const { POST } = createSchedulesHandler({ deployment, openDatabase });
