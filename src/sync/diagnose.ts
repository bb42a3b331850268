import { deployedDatabase } from '../databases/index.ts';
import { openDatabase } from '../databases/open/any.ts';
import type { Env } from '../env/index.ts';
import type { Deployment } from '../plan/index.ts';
import { type Finding, problemOf } from './finding.ts';
import { gatherHealth, needsDatabase } from './health.ts';
import { lookAtQueries } from './look-at-queries.ts';

/**
 * Looks at everything a deployment stands on, and asks its database every query of the loops. Changes nothing.
 * @param now what time it is here, ms since the epoch; the machine's unless told.
 */
export async function diagnose(
  env: Env,
  deployment: Deployment,
  now: () => number = Date.now,
): Promise<Finding[]> {
  const opening = Promise.resolve().then(() => openDatabase(deployedDatabase(env, deployment.database)));
  const opened = await opening.catch(() => undefined);
  try {
    const findings = await gatherHealth({ env, deployment, database: () => opening, now });
    if (opened === undefined || !needsDatabase(deployment)) return findings;
    const queries = await lookAtQueries(opened, deployment).catch((error: unknown) => [
      problemOf('queries', error),
    ]);
    return [...findings, ...queries];
  } finally {
    await opened?.close();
  }
}
