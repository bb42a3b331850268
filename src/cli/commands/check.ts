import type { Command } from 'commander';
import type { Deployment, PlanTrigger } from '../../plan/index.ts';
import { type CheckResult, checkProject, shownPath } from '../../project/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printIssues } from '../print-issues.ts';
import { printTable } from '../print-table.ts';

/** `skene check [path] [--json]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option('--json', 'print one JSON document: { file, ok, issues }')
    .addHelpText(
      'after',
      '\nExamples:\n  skene check\n  skene check examples/nestjs/skene.config.ts\n  skene check --json | jq .issues',
    )
    .action(async (path: string, { json = false }: { json?: boolean }) => {
      loadEnvironment(path);
      const result = await checkProject({ file: path, againstSchema: true });
      if (json) printJson(result, context);
      else printResult(result, context);
      context.exit(result.deployment === undefined ? EXIT.problems : EXIT.ok);
    });
}

function printJson({ file, issues, deployment }: CheckResult, { terminal }: CommandContext): void {
  terminal.out(JSON.stringify({ file, ok: deployment !== undefined, issues }, undefined, 2));
}

function printResult(result: CheckResult, { terminal }: CommandContext): void {
  printIssues(result.issues, terminal, { source: result.source });
  terminal.out(summaryOf(result));
  if (result.deployment === undefined || result.deployment.plans.length === 0) return;
  terminal.out();
  printTable([['loop', 'type', 'starts with', 'steps'], ...rowsOf(result.deployment)], terminal);
}

/** How a check went, in one line. */
export function summaryOf({ file, issues, deployment }: CheckResult): string {
  const warnings = issues.filter(({ severity }) => severity === 'warning').length;
  const errors = issues.length - warnings;
  const counts = [
    errors > 0 ? count(errors, 'error') : '',
    warnings > 0 ? count(warnings, 'warning') : '',
  ].filter(Boolean);
  const state = deployment === undefined ? 'cannot be built' : 'is right';
  return `${shownPath(file, process.cwd())} ${state}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function rowsOf({ plans }: Deployment): string[][] {
  return plans.map(({ loop, type, trigger, steps }) => [loop, type, describe(trigger), String(steps.length)]);
}

function describe(trigger: PlanTrigger): string {
  switch (trigger.type) {
    case 'database':
      return `${trigger.operation} in ${trigger.table}`;
    case 'api':
      return `${trigger.method === '*' ? 'any' : trigger.method} ${trigger.endpoint}`;
    case 'schedule':
      return `${trigger.cron} (${trigger.timezone})`;
    case 'webhook':
      return `${trigger.event} from ${trigger.provider}`;
    case 'event':
      return `event ${trigger.name}`;
  }
}
