import { type Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../../config/index.ts';
import { deployedDatabase } from '../../databases/index.ts';
import { openDatabase } from '../../databases/open/any.ts';
import { ProviderError } from '../../errors/index.ts';
import { createGate, type Decision } from '../../gate/index.ts';
import { type Drift, findDrift, type ReconcileContext, repair } from '../../operations/index.ts';
import { createState } from '../../state/index.ts';
import { createKeptTables } from '../../usage/index.ts';
import type { CommandContext } from '../command.ts';
import { confirmed } from '../confirm.ts';
import { countOf } from '../count-of.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printTable } from '../print-table.ts';
import { requireDeployment } from '../require-deployment.ts';
import { timeOf } from '../run-text.ts';
import { localNow, targetEnv } from '../target.ts';
import type { Terminal } from '../terminal.ts';

interface Flags {
  config: string;
  json?: boolean;
  local?: boolean;
  databaseUrl?: string;
}

interface GiveFlags extends Flags {
  id: string;
  for?: number;
}

/** `skene gate show|grant|limit|reconcile` */
export function define(command: Command, context: CommandContext): void {
  const { terminal, exit } = context;
  const withConfig = (one: Command) =>
    one
      .option('--config <path>', 'the config, or the folder it is in', '.')
      .option('--json', 'print JSON')
      .option('--local', 'of the local stack that runs in this folder');
  command.addHelpText(
    'afterAll',
    '\nExamples:\n  skene gate show user_41\n  skene gate grant user_41 freemium 50 --for 30d --id support-1207\n  skene gate limit user_41 freemium 500\n  skene gate limit user_41 freemium none\n  skene gate reconcile',
  );

  withConfig(
    command
      .command('show')
      .argument('<subject>', 'the id of the user')
      .description("somebody's plan, and what they have used"),
  ).action(async (subject: string, flags: Flags) => {
    const { gate } = await open(flags, terminal);
    show(await gate.peek({ subject }), flags, terminal);
    exit(EXIT.ok);
  });
  withConfig(
    command
      .command('grant')
      .argument('<subject>', 'the id of the user')
      .argument('<loop>', 'the loop whose limit it is')
      .argument('<units>', 'how many more calls')
      .description('give somebody units beside their plan'),
  )
    .option('--for <duration>', 'how long they last; for good unless told', secondsOf)
    .option('--id <id>', 'names the gift: given twice, it counts once', 'by-hand')
    .action(async (...[subject, loop, units, flags]: [string, string, string, GiveFlags]) => {
      const { gate, now } = await open(flags, terminal);
      const until = flags.for === undefined ? undefined : now() + flags.for * 1_000;
      await gate.grant(subject, loop, { id: flags.id, units: countOf(units), until });
      show(await gate.peek({ subject, loop }), flags, terminal);
      exit(EXIT.ok);
    });
  withConfig(
    command
      .command('limit')
      .argument('<subject>', 'the id of the user')
      .argument('<loop>', 'the loop whose limit it is')
      .argument('<limit>', 'a number, `unlimited`, or `none`')
      .description("give somebody a limit of their own, or their plan's again"),
  )
    .option('--for <duration>', 'how long it holds; for good unless told', secondsOf)
    .action(async (...[subject, loop, limit, flags]: [string, string, string, GiveFlags]) => {
      const { gate, now } = await open(flags, terminal);
      const until = flags.for === undefined ? undefined : now() + flags.for * 1_000;
      await gate.setLimit(subject, loop, limit === 'none' ? undefined : { limit: limitOf(limit), until });
      show(await gate.peek({ subject, loop }), flags, terminal);
      exit(EXIT.ok);
    });
  withConfig(
    command.command('reconcile').description('compare what Redis has counted with the usage table, and mend'),
  )
    .option('--check', 'mend nothing; exit 1 when something is to be mended')
    .option('--yes', 'mend without asking')
    .option('--database-url <url>', 'instead of the variable the config names')
    .action(async (flags: Flags & { check?: boolean; yes?: boolean }) =>
      exit(await reconcile(flags, terminal)),
    );
}

async function open(flags: Flags, terminal: Terminal) {
  loadEnvironment(flags.config);
  const deployment = await requireDeployment(flags.config, terminal, flags);
  const env = await targetEnv(flags, deployment.database);
  const at = await localNow(flags);
  const started = Date.now();
  const now = () => at + Date.now() - started;
  const { redis, namespace } = env;
  return { deployment, env, now, gate: createGate({ plans: deployment.plans, redis, namespace, now }) };
}

async function reconcile(flags: Flags & { check?: boolean; yes?: boolean }, terminal: Terminal) {
  const { deployment, env, gate, now } = await open(flags, terminal);
  const { kept } = deployment;
  const database = await openDatabase(deployedDatabase(env, deployment.database));
  const onProblem = (text: string): never => {
    throw new ProviderError('PROVIDER_REJECTED', text);
  };
  const context: ReconcileContext = {
    gate,
    state: createState({ ...env.redis, namespace: env.namespace }),
    database,
    kept,
    tables: createKeptTables({ database: async () => database, tables: kept, now, onProblem }),
    now,
  };
  try {
    const { drifts, subjects } = await findDrift(context);
    if (flags.json) terminal.out(JSON.stringify({ subjects, drifts }, undefined, 2));
    else printDrifts(drifts, subjects, terminal);
    if (drifts.length === 0) return EXIT.ok;
    if (flags.check) return EXIT.problems;
    if (!(await confirmed(`Mend these ${drifts.length} counters?`, { yes: flags.yes ?? false })))
      return EXIT.problems;
    await repair(drifts, context);
    if (!flags.json) terminal.out('Done.');
    return EXIT.ok;
  } finally {
    await database.close();
  }
}

function printDrifts(drifts: readonly Drift[], subjects: number, terminal: Terminal): void {
  if (drifts.length === 0) {
    terminal.out(`Redis and the table say the same of ${subjects} users.`);
    return;
  }
  const rows = drifts.map(({ subject, feature, behind, redis, table, entry }) => [
    subject,
    feature,
    timeOf(entry.periodStart),
    String(redis.used),
    table === undefined ? '-' : String(table.used),
    behind === 'table' ? 'the table' : 'Redis',
  ]);
  printTable([['user', 'feature', 'period', 'Redis', 'table', 'behind'], ...rows], terminal);
}

function show({ plan, standings, degraded }: Decision, { json }: Flags, terminal: Terminal): void {
  if (degraded) throw new ProviderError('PROVIDER_UNAVAILABLE', 'Redis does not say how the counters stand.');
  const rows = standings.map(({ rule, used, limit, resetAt }) => ({
    feature: rule.name,
    used,
    limit,
    resetAt: new Date(resetAt).toISOString(),
  }));
  if (json) terminal.out(JSON.stringify({ plan, features: rows }, undefined, 2));
  else {
    terminal.out(`On the plan ${plan}.`);
    const cells = rows.map(({ feature, used, limit, resetAt }) => [
      feature,
      String(used),
      String(limit),
      timeOf(Date.parse(resetAt)),
    ]);
    printTable([['feature', 'used', 'limit', 'starts over'], ...cells], terminal);
  }
}

function secondsOf(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError('Write a duration, such as 30d.');
  return seconds;
}

function limitOf(text: string): number | 'unlimited' {
  if (text === 'unlimited') return text;
  return text === '0' ? 0 : countOf(text);
}
