import { createEnv } from '../../env/index.ts';
import { diagnose, type Finding } from '../../sync/index.ts';
import { askHealth } from '../ask-health.ts';
import type { CommandContext } from '../command.ts';
import { requireLink } from '../credentials.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printHealth } from '../print-health.ts';
import { requireDeployment } from '../require-deployment.ts';
import { localNow, targetEnv } from '../target.ts';
import type { TargetFlags } from '../target-options.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene doctor`. */
export interface DoctorFlags extends TargetFlags {
  deployed?: boolean;
  json?: boolean;
}

/** What `skene doctor` does. */
export async function handle(
  path: string,
  flags: DoctorFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  loadEnvironment(path);
  const findings = flags.deployed ? await askDeployment() : await lookFromHere(path, flags, terminal);
  if (flags.json) terminal.out(JSON.stringify(findings, undefined, 2));
  else printHealth(findings, terminal);
  exit(findings.some(({ state }) => state === 'problem') ? EXIT.problems : EXIT.ok);
}

async function askDeployment(): Promise<Finding[]> {
  const { url, token } = requireLink();
  return (await askHealth([url], token, createEnv(process.env).bypassHeaders)).findings;
}

async function lookFromHere(path: string, target: TargetFlags, terminal: Terminal): Promise<Finding[]> {
  const deployment = await requireDeployment(path, terminal, target);
  const offset = (await localNow(target)) - Date.now();
  const env = await targetEnv(target, deployment.database);
  return diagnose(env, deployment, () => Date.now() + offset);
}
