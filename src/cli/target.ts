import { requireStack } from '../dev/dev-file.ts';
import { createDevEnv } from '../dev/environment.ts';
import { createEnv, type Env } from '../env/index.ts';
import type { Deployment } from '../plan/index.ts';
import { loadEnvironment } from './environment.ts';
import { withLink } from './linked-variables.ts';
import type { DeploymentFlags, TargetFlags } from './target-options.ts';

/**
 * The environment a command works with: the local stack's, or this process's with what `skene login` keeps; with another database where one is
 * named.
 */
export async function targetEnv(
  { local = false, databaseUrl }: TargetFlags,
  { urlVariable }: Deployment['database'],
): Promise<Env> {
  if (local) return createDevEnv(await requireStack(process.cwd()), urlVariable);
  const variables = withLink(process.env);
  return createEnv(databaseUrl === undefined ? variables : { ...variables, [urlVariable]: databaseUrl });
}

/** The database that flags name, or that of the local stack; `undefined` where the environment says. */
export async function databaseUrlOf({
  local = false,
  databaseUrl,
}: TargetFlags): Promise<string | undefined> {
  return databaseUrl ?? (local ? (await requireStack(process.cwd())).database : undefined);
}

/** What time it is where a command works: the local stack's clock may have been moved. Ms since the epoch. */
export async function localNow({ local = false }: Pick<TargetFlags, 'local'>): Promise<number> {
  if (!local) return Date.now();
  const { functions } = await requireStack(process.cwd());
  const { now } = (await (await fetch(`${functions}/dev/clock`)).json()) as { now: string };
  return Date.parse(now);
}

/** The environment of {@link DeploymentFlags}: of a deployment, read from .env.local and .env of this folder too. */
export async function deploymentEnv({ local = false }: DeploymentFlags): Promise<Env> {
  loadEnvironment();
  return local
    ? createDevEnv(await requireStack(process.cwd()), 'DATABASE_URL')
    : createEnv(withLink(process.env));
}
