import { deployment } from '../compiled/deployment.ts';
import { createHealthHandler } from '../src/server/health.ts';

export const { GET } = createHealthHandler(deployment);
