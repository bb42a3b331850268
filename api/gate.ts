import { openDatabase } from '../compiled/database.ts';
import { deployment } from '../compiled/deployment.ts';
import { createGateHandler } from '../src/server/gate.ts';

export const { POST } = createGateHandler({ deployment, openDatabase });
