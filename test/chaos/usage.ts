import { openDatabase } from '../../src/databases/open/any.ts';
import { createGate } from '../../src/gate/index.ts';
import { type Drift, findDrift, repair } from '../../src/operations/index.ts';
import { createState } from '../../src/state/index.ts';
import { createKeptTables } from '../../src/usage/index.ts';
import { type App, type Call, GATES, type GateName } from './app.ts';
import type { Violation } from './invariants.ts';
import { LIMIT } from './loops.ts';
import type { ChaosWorld } from './world.ts';

/** A row of the app's table `usage`. */
export interface UsageRow {
  subject: string;
  feature: string;
  used: number;
}

/** What the app's table said of usage when a storm was over, and after `skene gate reconcile`. */
export interface UsageBooks {
  /** Counters of which Redis and the table said different things before, and what still differed after. */
  late: readonly Drift[];
  left: readonly Drift[];
  rows: readonly UsageRow[];
}

/** What one person's calls of one gated feature came to. */
export interface Account {
  gate: GateName;
  subject: string;
  /** How often the feature was used. */
  used: number;
  /** How often without Redis, and by how many processes at the most. */
  withoutRedis: number;
  processes: number;
  /** Calls that have to be counted, and those of which a process that was killed knew whether they had been. */
  sure: number;
  unsure: number;
  /** It was used in fair weather, or by none that was killed: nothing kept it from being written down. */
  isToldOf: boolean;
}

/** What an instance may let through without Redis: max(1, 5 %) of the limit. */
export const ALLOWANCE = Math.max(1, Math.floor(LIMIT * 0.05));

/** Reads what the app's table says of usage, reconciles it with Redis as a nightly job does, and reads it again. */
export async function closeBooks({
  env,
  clock,
  variables,
  deployments,
  sql,
}: ChaosWorld): Promise<UsageBooks> {
  const { plans, kept } = deployments.v1;
  const database = await openDatabase({ url: variables.DATABASE_URL ?? '' });
  const { now } = clock;
  const context = {
    gate: createGate({ plans, redis: env.redis, namespace: env.namespace, now }),
    state: createState({ ...env.redis, namespace: env.namespace }),
    database,
    kept,
    tables: createKeptTables({ database: async () => database, tables: kept, now }),
    now,
  };
  try {
    const { drifts: late } = await findDrift(context);
    await repair(late, context);
    const { drifts: left } = await findDrift(context);
    return { late, left, rows: await readUsage(sql) };
  } finally {
    await database.close();
  }
}

async function readUsage(sql: ChaosWorld['sql']): Promise<UsageRow[]> {
  const rows = await sql('SELECT user_id AS subject, feature, used FROM usage ORDER BY user_id, feature');
  return rows.map(({ subject, feature, used }) => ({
    subject: String(subject),
    feature: String(feature),
    used: Number(used),
  }));
}

/** Adds up what the calls came to, for each who called. */
export function accountsOf({ calls, killed }: Pick<App, 'calls' | 'killed'>): Account[] {
  const subjects = [...new Set(calls.map(({ subject }) => subject))];
  return subjects.flatMap((subject) =>
    GATES.map((gate) =>
      accountOf(
        { gate, subject },
        calls.filter((call) => call.gate === gate && call.subject === subject),
        killed,
      ),
    ),
  );
}

function accountOf(
  whose: Pick<Account, 'gate' | 'subject'>,
  calls: readonly Call[],
  killed: ReadonlySet<number>,
): Account {
  const used = calls.filter(({ isUsed }) => isUsed);
  const alone = used.filter(({ isDegraded, isAnswered }) => isDegraded || !isAnswered);
  // What a process is still to tell Redis (a call that it let through, or one to be given back) ends with it.
  const sure = used.filter(
    ({ isAnswered, isDegraded, process }) => isAnswered && !(isDegraded && killed.has(process)),
  );
  const isRefused = ({ status, isDegraded }: Call): boolean => status === 402 && !isDegraded;
  const unsure = calls.filter((call) => killed.has(call.process) && !sure.includes(call) && !isRefused(call));
  return {
    ...whose,
    used: used.length,
    withoutRedis: used.filter(({ isDegraded }) => isDegraded).length,
    processes: new Set(alone.map(({ process }) => process)).size,
    sure: sure.length,
    unsure: unsure.length,
    isToldOf: used.some(({ isFair }) => isFair) || !calls.some(({ process }) => killed.has(process)),
  };
}

/**
 * What Redis lets through is never more than the limit. Without it a strict gate lets nobody through, and the other never goes further over
 * the limit than one allowance for each process that has let somebody through alone.
 */
export function gateViolations(accounts: readonly Account[]): Violation[] {
  return accounts.flatMap(({ gate, subject, used, withoutRedis, processes }): Violation[] => {
    const isOver =
      used - withoutRedis > LIMIT ||
      used > LIMIT + processes * ALLOWANCE ||
      (gate === 'strict' && withoutRedis > 0);
    if (!isOver) return [];
    const text = `${gate} let ${subject} through ${used} times, ${withoutRedis} of them without Redis in ${processes} processes; the limit is ${LIMIT}`;
    return [{ invariant: 'the gate is never over its limit', text, about: [`app ${gate} ${subject}`] }];
  });
}

/**
 * The table says of everybody what was let through: each call once, and none that failed or was refused; a call whose process was killed in the
 * middle of it, or before it could tell Redis, once or not at all.
 */
export function usageViolations(accounts: readonly Account[], { late, left, rows }: UsageBooks): Violation[] {
  const found: Violation[] = [];
  const note = (text: string, { gate, subject }: Pick<Account, 'gate' | 'subject'>) =>
    found.push({ invariant: 'the table says what was used', text, about: [`app ${gate} ${subject}`] });
  for (const account of accounts) {
    const { gate, subject, sure, unsure, isToldOf } = account;
    const isOfIt = (one: { subject: string; feature: string }): boolean =>
      one.subject === subject && one.feature.startsWith(`${gate}/`);
    const own = rows.filter(isOfIt);
    const counted = own.reduce((sum, { used }) => sum + used, 0);
    if (own.length > 1) note(`${own.length} rows of ${gate} for ${subject}`, account);
    if (counted < sure || counted > sure + unsure)
      note(
        `${gate} for ${subject} says ${counted}, not ${unsure === 0 ? sure : `${sure} to ${sure + unsure}`}`,
        account,
      );
    for (const { behind, redis, table } of late.filter(isOfIt))
      if (isToldOf || behind === 'redis')
        note(`${gate} for ${subject} says ${table?.used ?? 'nothing'}, and Redis ${redis.used}`, account);
    for (const { redis, table } of left.filter(isOfIt))
      note(
        `${gate} for ${subject} says ${table?.used ?? 'nothing'} when it is reconciled, and Redis ${redis.used}`,
        account,
      );
  }
  return found;
}

/** The books as they stand at the end: what comes late, or again, changes nothing in a period that is over. */
export async function changedRows({ sql }: ChaosWorld, { rows }: UsageBooks): Promise<Violation[]> {
  const now = await readUsage(sql);
  const textOf = (row: UsageRow): string => `${row.feature} for ${row.subject} says ${row.used}`;
  const before = new Set(rows.map(textOf));
  return now
    .map(textOf)
    .filter((text) => !before.has(text))
    .map((text) => ({
      invariant: 'the table says what was used',
      text: `${text} in the end, and did not before`,
      about: [],
    }));
}
