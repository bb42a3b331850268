import type { Command } from 'commander';
import { chooseProvider, type Database, deployedDatabase } from '../../databases/index.ts';
import { openDatabase } from '../../databases/open/any.ts';
import type { Env } from '../../env/index.ts';
import type { Deployment } from '../../plan/index.ts';
import {
  applyDatabaseSync,
  applyScheduleSync,
  type DatabaseSyncPlan,
  planDatabaseRemoval,
  planDatabaseSync,
  planKeptTables,
  planScheduleSync,
  printDatabaseSync,
  type ScheduleAction,
} from '../../sync/index.ts';
import type { CommandContext } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printTable } from '../print-table.ts';
import { requireDeployment } from '../require-deployment.ts';
import { type TargetFlags, targetEnv } from '../target.ts';
import type { Terminal } from '../terminal.ts';

interface SyncFlags extends TargetFlags {
  database?: boolean;
  schedules?: boolean;
  print?: boolean;
  remove?: boolean;
  prune?: boolean;
  check?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** `skene sync [path]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option('--database', 'only the triggers in the database')
    .option('--schedules', "only QStash's schedules")
    .option(
      '--print',
      'print the SQL of the triggers, and of the tables for usage and subscriptions, and change nothing',
    )
    .option('--remove', 'take the triggers and the outbox out of the database again')
    .option('--prune', 'also remove triggers that no loop needs any more (runs under way may)')
    .option('--check', 'change nothing; exit 1 when something would be')
    .option('--yes', 'do it without asking')
    .option('--json', 'print one JSON document: { database, schedules }')
    .option('--database-url <url>', 'instead of the variable the config names')
    .option('--local', 'work on the local stack that runs in this folder')
    .addHelpText(
      'after',
      '\nExamples:\n  skene sync\n  skene sync --database --print > migrations/skene.sql\n  skene sync --check   # in CI\n  skene sync --database --remove',
    )
    .action(async (path: string, flags: SyncFlags) => {
      loadEnvironment(path);
      context.exit(await sync(await requireDeployment(path, context.terminal, flags), flags, context));
    });
}

interface SyncPlan {
  database: DatabaseSyncPlan | undefined;
  schedules: ScheduleAction[] | undefined;
}

async function sync(deployment: Deployment, flags: SyncFlags, { terminal }: CommandContext) {
  if (flags.print) {
    const sql = printDatabaseSync(withProvider(deployment, flags));
    if (sql === undefined) terminal.note('There is nothing to write to the database.');
    else terminal.out(sql.trimEnd());
    return EXIT.ok;
  }
  const env = await targetEnv(flags, deployment.database);
  const both = !flags.database && !flags.schedules && !flags.remove;
  const database = flags.database || flags.remove || both ? await openFor(env, deployment) : undefined;
  try {
    const plan: SyncPlan = {
      database:
        database &&
        (flags.remove ? await planDatabaseRemoval(database) : await planWhole(database, deployment, flags)),
      schedules: flags.schedules || both ? await planScheduleSync(env, deployment) : undefined,
    };
    const changes = countChanges(plan);
    if (flags.json)
      terminal.out(
        JSON.stringify({ database: plan.database?.actions, schedules: plan.schedules }, undefined, 2),
      );
    else printPlan(plan, terminal);
    if (flags.check) return changes === 0 ? EXIT.ok : EXIT.problems;
    if (changes === 0) return EXIT.ok;
    if (!(await confirmed(`Make these ${changes} changes?`, { yes: flags.yes ?? false })))
      return EXIT.problems;
    if (database !== undefined && plan.database !== undefined) {
      await applyDatabaseSync(database, plan.database, {
        onBlocked: (blockers) => terminal.note(`Waiting for ${blockers.join(', ')}`),
      });
    }
    if (plan.schedules !== undefined) await applyScheduleSync(env, plan.schedules);
    if (!flags.json) terminal.out('Done.');
    return EXIT.ok;
  } finally {
    await database?.close();
  }
}

/** Where the config does not say what the database is, its address may. */
function withProvider(deployment: Deployment, { databaseUrl }: SyncFlags): Deployment {
  const { database } = deployment;
  const url = databaseUrl ?? process.env[database.urlVariable];
  if (url === undefined || url === '') return deployment;
  return { ...deployment, database: { ...database, provider: chooseProvider({ ...database, url }) } };
}

/** The triggers, and the tables that are written to. */
async function planWhole(
  database: Database,
  { watches, kept }: Deployment,
  { prune }: SyncFlags,
): Promise<DatabaseSyncPlan> {
  const capture = await planDatabaseSync(database, watches, { prune });
  const tables = await planKeptTables(database, kept);
  return {
    ...capture,
    actions: [...capture.actions, ...tables.actions],
    statements: [...capture.statements, ...tables.statements],
  };
}

function openFor(env: Env, { database }: Deployment): Promise<Database> {
  return openDatabase(deployedDatabase(env, database));
}

function countChanges({ database, schedules }: SyncPlan): number {
  return [...(database?.actions ?? []), ...(schedules ?? [])].filter(({ action }) => action !== 'keep')
    .length;
}

function printPlan({ database, schedules }: SyncPlan, terminal: Terminal): void {
  const rows = [
    ...(database?.actions ?? []).map(({ action, table, trigger = '', reason }) => [
      action,
      table,
      trigger,
      reason,
    ]),
    ...(schedules ?? []).map(({ action, id, cron, destination }) => [
      action,
      'QStash schedule',
      id,
      `${cron} ${destination}`,
    ]),
  ];
  if (rows.length === 0)
    terminal.out('There is nothing to keep in step: no loop watches a table or has a schedule.');
  else printTable([['action', 'what', 'name', 'why'], ...rows], terminal);
}
