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
import { EXIT, type ExitCode } from '../exit-code.ts';
import { printTable } from '../print-table.ts';
import { requireDeployment } from '../require-deployment.ts';
import { timeOf } from '../run-text.ts';
import { localNow, targetEnv } from '../target.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene gate show`. */
export interface Flags {
  config: string;
  json?: boolean;
  local?: boolean;
  databaseUrl?: string;
}

/** Options of `skene gate grant`; `skene gate limit` takes no id. `for` is in seconds. */
export interface GiveFlags extends Flags {
  id: string;
  for?: number;
}

/** Options of `skene gate reconcile`. */
export interface ReconcileFlags extends Flags {
  check?: boolean;
  yes?: boolean;
}

/** What `skene gate show` does. */
export async function show(subject: string, flags: Flags, { terminal, exit }: CommandContext): Promise<void> {
  const { gate } = await open(flags, terminal);
  printStandings(await gate.peek({ subject }), flags, terminal);
  exit(EXIT.ok);
}

/** Whom something is given, in which loop, and how much of it: as it was typed. */
interface Gift {
  subject: string;
  loop: string;
  amount: string;
}

/** What `skene gate grant` does. */
export async function grant(
  { subject, loop, amount }: Gift,
  flags: GiveFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  const { gate, now } = await open(flags, terminal);
  await gate.grant(subject, loop, { id: flags.id, units: countOf(amount), until: endOf(flags, now()) });
  printStandings(await gate.peek({ subject, loop }), flags, terminal);
  exit(EXIT.ok);
}

/** What `skene gate limit` does. */
export async function limit(
  { subject, loop, amount }: Gift,
  flags: GiveFlags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  const { gate, now } = await open(flags, terminal);
  const own = amount === 'none' ? undefined : { limit: limitOf(amount), until: endOf(flags, now()) };
  await gate.setLimit(subject, loop, own);
  printStandings(await gate.peek({ subject, loop }), flags, terminal);
  exit(EXIT.ok);
}

/** When a gift ends, in ms; `undefined` where it is for good. */
function endOf({ for: seconds }: GiveFlags, now: number): number | undefined {
  return seconds === undefined ? undefined : now + seconds * 1_000;
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

/** What `skene gate reconcile` does. */
export async function reconcile(flags: ReconcileFlags, terminal: Terminal): Promise<ExitCode> {
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

function printStandings({ plan, standings, degraded }: Decision, { json }: Flags, terminal: Terminal): void {
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

function limitOf(text: string): number | 'unlimited' {
  if (text === 'unlimited') return text;
  return text === '0' ? 0 : countOf(text);
}
