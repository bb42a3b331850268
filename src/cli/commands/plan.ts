import type { Command } from 'commander';
import { describePlan, mermaidOf, proofsOf, proveEmailBounds } from '../../compile/index.ts';
import { checkProject } from '../../project/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import type { DeployedFlags } from '../plan-deployed.ts';
import { printIssues } from '../print-issues.ts';

interface Flags extends DeployedFlags {
  mermaid?: boolean;
  deployed?: boolean;
}

/** `skene plan [path] [--json | --mermaid | --deployed]` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option(
      '--json',
      'print the compiled loops as JSON: { plans, watches, ... }; with --deployed, what changes',
    )
    .option('--mermaid', 'print the flow as a Mermaid diagram')
    .option('--deployed', 'what deploying this does to runs that are under way; changes nothing')
    .option('--local', 'with --deployed: to those of the local stack that runs in this folder')
    .option('--check', 'with --deployed: exit 1 when a run would not finish as it began')
    .addHelpText(
      'after',
      '\nExamples:\n  skene plan\n  skene plan --mermaid > flow.mmd\n  skene plan --json | jq .plans[0].steps\n  skene plan --deployed\n  skene plan --deployed --check --json',
    )
    .action(async (path: string, flags: Flags) => {
      loadEnvironment(path);
      if (flags.deployed) {
        const { planDeployed } = await import('../plan-deployed.ts');
        return exit(await planDeployed(path, flags, terminal));
      }
      const { deployment, issues, source } = await checkProject({ file: path });
      if (deployment === undefined) {
        printIssues(issues, { ...terminal, out: terminal.note }, { source });
        return exit(EXIT.problems);
      }
      const { plans } = deployment;
      if (flags.json)
        terminal.out(
          JSON.stringify(
            { ...deployment, bounds: proveEmailBounds(plans), proofs: proofsOf(plans) },
            undefined,
            2,
          ),
        );
      else if (flags.mermaid) terminal.out(mermaidOf(plans));
      else for (const line of [...plans.flatMap(describePlan), ...proofsOf(plans)]) terminal.out(line);
      exit(EXIT.ok);
    });
}
