import { databaseOf } from '../changes/index.ts';
import { deployedAddress, type OpenDatabase } from '../databases/index.ts';
import { createEnv } from '../env/index.ts';
import { isSkeneError } from '../errors/index.ts';
import { createServices } from '../intake/index.ts';
import type { Deployment } from '../plan/index.ts';
import { requireBearer } from '../sources/index.ts';
import { gatherHealth } from '../sync/health.ts';
import { answering, type Handler, type HandlerOptions } from './respond.ts';

/** What the function of health looks at. */
export interface HealthSources {
  deployment: Deployment;
  /** Opens the database the deployment was built for; asked only by who knows the secret. */
  openDatabase: OpenDatabase;
}

const UNCACHED = { 'cache-control': 'no-store' };

/**
 * `GET /api/health`: whether the deployment has what it needs, without telling a stranger more than that. Who sends SKENE_SECRET as a bearer
 * token is told everything that was looked at, and what to do; another token is refused.
 */
export function createHealthHandler(
  { deployment, openDatabase }: HealthSources,
  options: HandlerOptions = {},
): { GET: Handler } {
  const env = options.env ?? createEnv();
  const services = createServices(env, options);
  const database = databaseOf(env, deployment.database, openDatabase);
  const checks: Record<string, () => unknown> = {
    secret: () => env.secret,
    url: () => env.functionsUrl,
    qstash: () => [env.qstash, env.signingKeys],
    redis: () => services.state.ping(),
    database: () => (deployment.watches.length > 0 ? deployedAddress(env, deployment.database) : undefined),
    email: () => env.resend,
  };

  async function overview(): Promise<Record<string, unknown> & { status: string }> {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await resultOf(check)] as const),
    );
    const isWell = results.every(([, result]) => result === 'ok');
    return {
      status: isWell ? 'ok' : 'failing',
      loops: deployment.plans.length,
      ...Object.fromEntries(results),
    };
  }

  return {
    GET: answering(async ({ headers }) => {
      const isTold = headers.has('authorization');
      if (isTold) requireBearer(headers, env.secret);
      const [seen, findings] = await Promise.all([
        overview(),
        isTold ? gatherHealth({ env, deployment, database, now: services.now }) : undefined,
      ]);
      const body = {
        ...seen,
        ...(findings && {
          time: new Date(services.now()).toISOString(),
          namespace: env.namespace,
          names: [...new Set(deployment.plans.map(({ loop }) => loop))],
          findings,
        }),
      };
      return Response.json(body, { status: seen.status === 'ok' ? 200 : 503, headers: UNCACHED });
    }),
  };
}

async function resultOf(check: () => unknown): Promise<string> {
  try {
    await check();
    return 'ok';
  } catch (error) {
    return isSkeneError(error) ? error.code : 'failing';
  }
}
