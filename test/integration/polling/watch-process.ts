import { setTimeout as pause } from 'node:timers/promises';
import { databaseOf, drainChanges } from '../../../src/changes/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { createEnv } from '../../../src/env/index.ts';
import { createServices } from '../../../src/intake/index.ts';
import { deploymentOf } from './deployment.ts';

/** Polls, as a function would, until it is killed. All it knows is in the environment. Says when it has polled. */
const deployment = deploymentOf(
  Number(process.argv[2]),
  process.argv[3] === 'upstash-redis' ? 'upstash-redis' : 'mysql',
);
const env = createEnv();
const context = {
  deployment,
  services: createServices(env),
  database: databaseOf(env, deployment.database, openDatabase),
};
for (;;) {
  try {
    await drainChanges(context, { budgetMs: 8_000 });
    process.stdout.write('.');
  } catch {
    // The next drain goes on where this one failed.
  }
  await pause(100);
}
