/** Whether a deployment can carry its loops. A door of its own: functions enter here, and must not load what only the command line needs. */
import type { Database } from '../databases/index.ts';
import type { Env } from '../env/index.ts';
import type { Deployment } from '../plan/index.ts';
import { createState } from '../state/index.ts';
import { type Finding, look, problemOf } from './finding.ts';
import { lookAtProviders } from './look-at-providers.ts';
import { lookAtQStash } from './look-at-qstash.ts';
import { lookAtWatching } from './look-at-watching.ts';

export type { Finding } from './finding.ts';

/** What is looked at. */
export interface HealthContext {
  env: Env;
  deployment: Deployment;
  /** The team's database, opened when first asked for. */
  database: () => Promise<Database>;
  /** What time it is here, ms since the epoch; the machine's unless told. */
  now?: (() => number) | undefined;
}

/** Vercel's free plan ends a function after ten seconds. */
const QUERY_TIMEOUT_MS = 6_000;

/** Signatures of QStash tell a time; beyond these seconds from ours they are refused. */
const MOST_SKEW_SECONDS = 5;

/**
 * Looks at everything a deployment stands on: variables, Redis and its clock, QStash (schedules, signing keys, the longest wait), the accounts
 * at Resend and Stripe, the database and how far behind its changed rows are. Changes nothing, and takes no longer than ten seconds.
 * @returns for each thing whether it is well, and what to do if not.
 */
export async function gatherHealth({
  env,
  deployment,
  database,
  now = Date.now,
}: HealthContext): Promise<Finding[]> {
  const findings = await Promise.all([
    look('secret', () => env.secret && 'set'),
    look('address', () => env.functionsUrl),
    look('Redis', () => lookAtRedis(env, now)),
    lookAtQStash(env, deployment),
    lookAtProviders(env, deployment),
    lookAtDatabase({ env, deployment, database }),
  ]);
  return findings.flat();
}

/** Whether a deployment watches or asks a database of the team's. */
export function needsDatabase({ plans, watches }: Deployment): boolean {
  return (
    watches.length > 0 ||
    plans.some(({ steps }) => steps.some(({ condition }) => condition?.type === 'query'))
  );
}

async function lookAtRedis(env: Env, now: () => number): Promise<string | Omit<Finding, 'name'>> {
  const state = createState({ ...env.redis, namespace: env.namespace });
  const asked = now();
  const theirs = await state.time();
  const skew = Math.round((theirs - (asked + now()) / 2) / 1_000);
  if (Math.abs(skew) <= MOST_SKEW_SECONDS) return 'answers; its clock agrees with ours';
  return {
    state: 'warning',
    detail: `answers; its clock is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} ours`,
    hint: 'Set the clock of this machine: signatures are refused when clocks differ by more than a few seconds.',
  };
}

async function lookAtDatabase({
  env,
  deployment,
  database,
}: Required<Omit<HealthContext, 'now'>>): Promise<Finding[]> {
  const { watches, users } = deployment;
  if (!needsDatabase(deployment))
    return [{ name: 'database', state: 'ok', detail: 'no loop watches a table' }];
  const reached = await look('database', async () => {
    const opened = await database();
    if (opened.kind === 'upstash-redis') await opened.find(users.table, users.id, '0');
    else await opened.select({ sql: 'SELECT 1 AS one', params: [], timeoutMs: QUERY_TIMEOUT_MS });
    return 'answers';
  });
  if (watches.length === 0 || reached.some(({ state }) => state !== 'ok')) return reached;
  try {
    return [...reached, ...(await lookAtWatching(await database(), env, deployment))];
  } catch (error) {
    return [...reached, problemOf('watching', error)];
  }
}
