import { effectsOfDeploy } from '../operations/index.ts';
import { createState } from '../state/index.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { effectAsJson, isTouched, printEffects } from './print-effects.ts';
import { requireDeployment } from './require-deployment.ts';
import { localNow, targetEnv } from './target.ts';
import type { Terminal } from './terminal.ts';

/** Flags of `skene plan --deployed`. */
export interface DeployedFlags {
  /** The local stack that runs in this folder, instead of what the environment names. */
  local?: boolean;
  json?: boolean;
  /** Whether runs that would not finish as they began are a problem. */
  check?: boolean;
}

/** Prints what deploying a config does to the runs that are under way. Changes nothing. */
export async function planDeployed(
  path: string,
  { local = false, json = false, check = false }: DeployedFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const { plans, database } = await requireDeployment(path, terminal, { local });
  const { redis, namespace } = await targetEnv({ local }, database);
  const state = createState({ ...redis, namespace });
  const effects = await effectsOfDeploy(plans, { state, now: await localNow({ local }) });
  if (json) terminal.out(JSON.stringify(effects.map(effectAsJson), undefined, 2));
  else printEffects(effects, terminal);
  const isSafe = !effects.some(({ groups }) => groups.some(isTouched));
  return check && !isSafe ? EXIT.problems : EXIT.ok;
}
