import { chooseProvider, type Database, deployedDatabase } from '../../databases/index.ts';
import { openDatabase } from '../../databases/open/any.ts';
import type { Env } from '../../env/index.ts';
import type { Deployment } from '../../plan/index.ts';
import {
  applyDatabaseSync,
  applyScheduleSync,
  applyWebhookSync,
  type DatabaseSyncPlan,
  planDatabaseRemoval,
  planDatabaseSync,
  planKeptTables,
  planScheduleSync,
  planWebhookSync,
  printDatabaseSync,
} from '../../sync/index.ts';
import type { CommandContext } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { printSecrets, printSyncPlan, type SyncPlan } from '../print-sync.ts';
import { requireDeployment } from '../require-deployment.ts';
import { targetEnv } from '../target.ts';
import type { TargetFlags } from '../target-options.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene sync`. */
export interface SyncFlags extends TargetFlags {
  database?: boolean;
  schedules?: boolean;
  webhooks?: boolean;
  print?: boolean;
  remove?: boolean;
  prune?: boolean;
  check?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** What `skene sync` does. */
export async function sync(path: string, flags: SyncFlags, { terminal }: CommandContext): Promise<ExitCode> {
  loadEnvironment(path);
  const deployment = await requireDeployment(path, terminal, flags);
  if (flags.print) return print(deployment, flags, terminal);
  const env = await targetEnv(flags, deployment.database);
  const all = !flags.database && !flags.schedules && !flags.webhooks && !flags.remove;
  const database = flags.database || flags.remove || all ? await openFor(env, deployment) : undefined;
  try {
    const plan: SyncPlan = {
      database:
        database &&
        (flags.remove ? await planDatabaseRemoval(database) : await planWhole(database, deployment, flags)),
      schedules: flags.schedules || all ? await planScheduleSync(env, deployment) : undefined,
      webhooks: flags.webhooks || all ? await planWebhookSync(env, deployment, flags) : undefined,
    };
    const changes = countChanges(plan);
    if (flags.json !== true) printSyncPlan(plan, terminal);
    if (flags.check || changes === 0) {
      if (flags.json) printJson(plan, [], terminal);
      return flags.check && changes > 0 ? EXIT.problems : EXIT.ok;
    }
    if (!(await confirmed(`Make these ${changes} changes?`, { yes: flags.yes ?? false })))
      return EXIT.problems;
    const secrets = await apply(plan, { env, database, terminal });
    if (flags.json) printJson(plan, secrets, terminal);
    else {
      printSecrets(secrets, terminal);
      terminal.out('Done.');
    }
    return EXIT.ok;
  } finally {
    await database?.close();
  }
}

function print(deployment: Deployment, flags: SyncFlags, terminal: Terminal): ExitCode {
  const sql = printDatabaseSync(withProvider(deployment, flags));
  if (sql === undefined) terminal.note('There is nothing to write to the database.');
  else terminal.out(sql.trimEnd());
  return EXIT.ok;
}

type Secrets = Awaited<ReturnType<typeof applyWebhookSync>>;

/** Webhooks come last: what they tell of finds everything else in its place, and their secrets are told at the end. */
async function apply(
  plan: SyncPlan,
  { env, database, terminal }: { env: Env; database: Database | undefined; terminal: Terminal },
): Promise<Secrets> {
  if (database !== undefined && plan.database !== undefined)
    await applyDatabaseSync(database, plan.database, {
      onBlocked: (blockers) => terminal.note(`Waiting for ${blockers.join(', ')}`),
    });
  if (plan.schedules !== undefined) await applyScheduleSync(env, plan.schedules);
  return applyWebhookSync(env, plan.webhooks?.actions ?? []);
}

function printJson({ database, schedules, webhooks }: SyncPlan, secrets: Secrets, { out }: Terminal): void {
  const document = {
    database: database?.actions,
    schedules,
    webhooks: webhooks && { ...webhooks, secrets },
  };
  out(JSON.stringify(document, undefined, 2));
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

function countChanges({ database, schedules, webhooks }: SyncPlan): number {
  const actions = [...(database?.actions ?? []), ...(schedules ?? []), ...(webhooks?.actions ?? [])];
  return actions.filter(({ action }) => action !== 'keep').length;
}
