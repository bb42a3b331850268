import { createDevEnv, requireStack } from '../dev/index.ts';
import { createEnv, type Env } from '../env/index.ts';
import type { Deployment } from '../plan/index.ts';

/** Which deployment a command works on. */
export interface TargetFlags {
  /** The local stack that runs in this folder, instead of what the environment names. */
  local?: boolean;
  databaseUrl?: string;
}

/** The environment a command works with: the local stack's, or this process's; with another database where one is named. */
export async function targetEnv(
  { local = false, databaseUrl }: TargetFlags,
  { urlVariable }: Deployment['database'],
): Promise<Env> {
  if (local) return createDevEnv(await requireStack(process.cwd()), urlVariable);
  return createEnv(databaseUrl === undefined ? process.env : { ...process.env, [urlVariable]: databaseUrl });
}
