import { openDatabase } from '../compiled/database.ts';
import { deployment } from '../compiled/deployment.ts';
import { createDashboardHandler } from '../src/server/dashboard.ts';

export const { GET, POST } = createDashboardHandler({ deployment, openDatabase });
