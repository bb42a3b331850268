import { databaseOf, drainChanges } from '../../../src/changes/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { createDevEnv, type DevUrls } from '../../../src/dev/index.ts';
import { createServices } from '../../../src/intake/index.ts';
import type { Deployment } from '../../../src/plan/index.ts';

/** Drains the outbox into runs until it is killed or nothing is left. */
const { urls, deployment } = JSON.parse(process.argv[2] ?? '') as { urls: DevUrls; deployment: Deployment };
const env = createDevEnv(urls, deployment.database.urlVariable);
const database = databaseOf(env, deployment.database, openDatabase);
await drainChanges({ deployment, services: createServices(env), database }, { budgetMs: 60_000 });
await (await database()).close();
