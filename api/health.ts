import { openDatabase } from '../compiled/database.ts';
import { deployment } from '../compiled/deployment.ts';
import { createHealthHandler } from '../src/server/health.ts';

export const { GET } = createHealthHandler({ deployment, openDatabase });
