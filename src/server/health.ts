import { deployedAddress } from '../databases/index.ts';
import { createEnv } from '../env/index.ts';
import { isSkeneError } from '../errors/index.ts';
import { createServices } from '../intake/index.ts';
import type { Deployment } from '../plan/index.ts';
import { answering, type Handler, type HandlerOptions } from './respond.ts';

/** `GET /api/health`: whether the deployment has what it needs, without telling a stranger more than that. */
export function createHealthHandler(deployment: Deployment, options: HandlerOptions = {}): { GET: Handler } {
  const env = options.env ?? createEnv();
  const services = createServices(env, options);
  const checks: Record<string, () => unknown> = {
    secret: () => env.secret,
    url: () => env.functionsUrl,
    qstash: () => [env.qstash, env.signingKeys],
    redis: () => services.state.ping(),
    database: () => (deployment.watches.length > 0 ? deployedAddress(env, deployment.database) : undefined),
    email: () => env.resend,
  };
  return {
    GET: answering(async () => {
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await resultOf(check)] as const),
      );
      const isWell = results.every(([, result]) => result === 'ok');
      const body = {
        status: isWell ? 'ok' : 'failing',
        loops: deployment.plans.length,
        ...Object.fromEntries(results),
      };
      return Response.json(body, { status: isWell ? 200 : 503, headers: { 'cache-control': 'no-store' } });
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
