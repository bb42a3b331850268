import { deployedDatabase } from '../databases/index.ts';
import { openDatabase } from '../databases/open/any.ts';
import type { Deployment } from '../plan/index.ts';
import { type Finding, lookAtQueries } from '../sync/index.ts';
import { targetEnv } from './target.ts';
import type { TargetFlags } from './target-options.ts';

/** Asks the database every query of the loops, and whether it answers with what their emails speak of. Changes nothing. */
export async function checkDatabase(deployment: Deployment, flags: TargetFlags): Promise<Finding[]> {
  const env = await targetEnv(flags, deployment.database);
  const database = await openDatabase(deployedDatabase(env, deployment.database));
  try {
    return await lookAtQueries(database, deployment);
  } finally {
    await database.close();
  }
}
