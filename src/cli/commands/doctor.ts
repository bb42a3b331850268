import type { Command } from 'commander';
import { diagnose, type Finding } from '../../sync/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { requireDeployment } from '../require-deployment.ts';
import { localNow, type TargetFlags, targetEnv } from '../target.ts';
import type { Terminal } from '../terminal.ts';

/** `skene doctor [path]` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option('--json', 'print the findings as JSON')
    .option('--database-url <url>', 'instead of the variable the config names')
    .option('--local', 'look at the local stack that runs in this folder')
    .addHelpText('after', '\nExamples:\n  skene doctor\n  skene doctor --local')
    .action(async (path: string, { json = false, ...target }: TargetFlags & { json?: boolean }) => {
      loadEnvironment(path);
      const deployment = await requireDeployment(path, terminal, target);
      const offset = (await localNow(target)) - Date.now();
      const now = () => Date.now() + offset;
      const findings = await diagnose(await targetEnv(target, deployment.database), deployment, now);
      if (json) terminal.out(JSON.stringify(findings, undefined, 2));
      else {
        const width = Math.max(...findings.map(({ name }) => name.length)) + 2;
        for (const finding of findings) printFinding(finding, width, terminal);
      }
      exit(findings.some(({ state }) => state === 'problem') ? EXIT.problems : EXIT.ok);
    });
}

function printFinding(
  { name, state, detail, hint }: Finding,
  width: number,
  { colors, out }: Terminal,
): void {
  const mark = {
    ok: colors.green('ok      '),
    warning: colors.yellow('warning '),
    problem: colors.red('problem '),
  }[state];
  out(`${mark} ${name.padEnd(width)}${detail}`);
  if (hint !== undefined) out(`${' '.repeat(9 + width)}${hint}`);
}
