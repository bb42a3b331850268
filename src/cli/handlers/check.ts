import type { Deployment, PlanTrigger } from '../../plan/index.ts';
import { type CheckResult, checkProject, shownPath } from '../../project/index.ts';
import type { Finding } from '../../sync/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printHealth } from '../print-health.ts';
import { printIssues } from '../print-issues.ts';
import { printTable } from '../print-table.ts';
import type { TargetFlags } from '../target-options.ts';

/** Options of `skene check`. */
export interface Flags extends TargetFlags {
  json?: boolean;
  database?: boolean;
}

/** What `skene check` does. */
export async function handle(path: string, flags: Flags, context: CommandContext): Promise<void> {
  loadEnvironment(path);
  const databaseUrl = flags.database ? await urlOf(flags) : undefined;
  const result = await checkProject({ file: path, againstSchema: true, databaseUrl });
  const findings = flags.database ? await askDatabase(result, flags) : undefined;
  const isOk = result.deployment !== undefined && !findings?.some(({ state }) => state === 'problem');
  if (flags.json) printJson(result, { isOk, findings }, context);
  else printResult(result, context);
  if (!flags.json && findings !== undefined && findings.length > 0) printHealth(findings, context.terminal);
  context.exit(isOk ? EXIT.ok : EXIT.problems);
}

/** What reaches a database, and the local stack, is not loaded by a check that needs neither. */
async function urlOf(flags: TargetFlags): Promise<string | undefined> {
  const { databaseUrlOf } = await import('../target.ts');
  return databaseUrlOf(flags);
}

async function askDatabase({ deployment }: CheckResult, flags: TargetFlags): Promise<Finding[]> {
  if (deployment === undefined) return [];
  const { checkDatabase } = await import('../check-database.ts');
  return checkDatabase(deployment, flags);
}

function printJson(
  { file, issues }: CheckResult,
  { isOk, findings }: { isOk: boolean; findings: Finding[] | undefined },
  { terminal }: CommandContext,
): void {
  terminal.out(JSON.stringify({ file, ok: isOk, issues, findings }, undefined, 2));
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
