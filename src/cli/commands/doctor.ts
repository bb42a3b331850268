import type { Command } from 'commander';
import { createEnv } from '../../env/index.ts';
import { diagnose, type Finding } from '../../sync/index.ts';
import { askHealth } from '../ask-health.ts';
import type { CommandContext } from '../command.ts';
import { requireLink } from '../credentials.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printHealth } from '../print-health.ts';
import { requireDeployment } from '../require-deployment.ts';
import { localNow, type TargetFlags, targetEnv } from '../target.ts';
import type { Terminal } from '../terminal.ts';

interface DoctorFlags extends TargetFlags {
  deployed?: boolean;
  json?: boolean;
}

/** `skene doctor [path]` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option(
      '--deployed',
      'ask the deployment that skene login has linked: its own variables, accounts and clock',
    )
    .option('--json', 'print the findings as JSON')
    .option('--database-url <url>', 'instead of the variable the config names')
    .option('--local', 'look at the local stack that runs in this folder')
    .addHelpText(
      'after',
      '\nWith the variables of this machine, unless told. --deployed leaves out the queries, which are asked from here.\n\nExamples:\n  skene doctor\n  skene doctor --local\n  skene doctor --deployed   # after skene login',
    )
    .action(async (path: string, flags: DoctorFlags) => {
      loadEnvironment(path);
      const findings = flags.deployed ? await askDeployment() : await lookFromHere(path, flags, terminal);
      if (flags.json) terminal.out(JSON.stringify(findings, undefined, 2));
      else printHealth(findings, terminal);
      exit(findings.some(({ state }) => state === 'problem') ? EXIT.problems : EXIT.ok);
    });
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
