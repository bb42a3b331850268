import { describePlan, mermaidOf, proofsOf, proveEmailBounds } from '../../compile/index.ts';
import { checkProject } from '../../project/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import type { DeployedFlags } from '../plan-deployed.ts';
import { printIssues } from '../print-issues.ts';

/** Options of `skene plan`. */
export interface Flags extends DeployedFlags {
  mermaid?: boolean;
  deployed?: boolean;
}

/** What `skene plan` does. */
export async function handle(path: string, flags: Flags, { terminal, exit }: CommandContext): Promise<void> {
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
}
