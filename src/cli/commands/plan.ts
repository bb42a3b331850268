import type { Command } from 'commander';
import { describePlan, mermaidOf, proofsOf, proveEmailBounds } from '../../compile/index.ts';
import { checkProject } from '../../project/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printIssues } from '../print-issues.ts';

/** `skene plan [path] [--json | --mermaid]` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option('--json', 'print the compiled loops as JSON: { plans, watches, ... }')
    .option('--mermaid', 'print the flow as a Mermaid diagram')
    .addHelpText(
      'after',
      '\nExamples:\n  skene plan\n  skene plan --mermaid > flow.mmd\n  skene plan --json | jq .plans[0].steps',
    )
    .action(
      async (path: string, { json = false, mermaid = false }: { json?: boolean; mermaid?: boolean }) => {
        loadEnvironment(path);
        const { deployment, issues, source } = await checkProject({ file: path });
        if (deployment === undefined) {
          printIssues(issues, { ...terminal, out: terminal.note }, { source });
          return exit(EXIT.problems);
        }
        const { plans } = deployment;
        if (json)
          terminal.out(JSON.stringify({ ...deployment, bounds: proveEmailBounds(plans) }, undefined, 2));
        else if (mermaid) terminal.out(mermaidOf(plans));
        else for (const line of [...plans.flatMap(describePlan), ...proofsOf(plans)]) terminal.out(line);
        exit(EXIT.ok);
      },
    );
}
