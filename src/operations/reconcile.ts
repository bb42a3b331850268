import type { Database } from '../databases/index.ts';
import { ConfigError, ProviderError } from '../errors/index.ts';
import type { Gate, Standing } from '../gate/index.ts';
import type { KeptTables } from '../plan/index.ts';
import type { State } from '../state/index.ts';
import { type KeptTablesWriter, readRunning, type UsageEntry, usersWithUsage } from '../usage/index.ts';

/** A counter of which Redis and the team's table say different things. */
export interface Drift {
  subject: string;
  feature: string;
  /** Who has to be told: the table, which a write has not reached, or Redis, which has lost something. */
  behind: 'table' | 'redis';
  redis: { used: number; periodStart: number };
  table: Pick<UsageEntry, 'used' | 'periodStart' | 'version'> | undefined;
  /** What both are to say. */
  entry: UsageEntry;
}

/** What reconciling needs. */
export interface ReconcileContext {
  gate: Pick<Gate, 'peek' | 'restore'>;
  state: Pick<State, 'gateSubjects'>;
  database: Database;
  kept: KeptTables | undefined;
  tables: KeptTablesWriter;
  /** Ms since the epoch. */
  now: () => number;
}

const PAGE = 200;

/**
 * Compares the gate's counters with the usage table, somebody's after somebody's: everybody whom Redis knows, and everybody of whom the table
 * has a period that still runs.
 * @returns the differences, and how many people were looked at.
 */
export async function findDrift(context: ReconcileContext): Promise<{ drifts: Drift[]; subjects: number }> {
  const seen = new Set<string>();
  const drifts: Drift[] = [];
  for await (const page of subjectPages(context)) {
    const fresh = [...new Set(page)].filter((subject) => !seen.has(subject));
    for (const subject of fresh) seen.add(subject);
    for (let from = 0; from < fresh.length; from += PAGE)
      drifts.push(...(await compare(fresh.slice(from, from + PAGE), context)));
  }
  return { drifts, subjects: seen.size };
}

/** Mends what was found: an older count never overwrites a newer one, so that calls which come meanwhile are not lost. */
export async function repair(drifts: readonly Drift[], { gate, tables }: ReconcileContext): Promise<void> {
  const entries: UsageEntry[] = [];
  for (const { behind, subject, entry, table } of drifts) {
    const { feature, periodStart, used, version } = entry;
    // A row that was changed by hand has the version of the counter, and yields to a higher one only.
    const isHandMade = behind === 'table' && table?.version === version;
    if (behind === 'redis' || isHandMade)
      await gate.restore(subject, feature, { periodStart, used, version });
    if (behind === 'table') entries.push({ ...entry, version: isHandMade ? version + 1 : version });
  }
  await tables.usage(entries);
}

async function* subjectPages({ state, database, kept, now }: ReconcileContext): AsyncGenerator<string[]> {
  yield* state.gateSubjects.pages();
  const table = requireTable(kept);
  for (let after = ''; ; ) {
    const page = await usersWithUsage(database, table, { now: now(), after, limit: PAGE });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1) ?? '';
  }
}

/** @throws {ConfigError} CONFIG_INVALID where usage is written to no table. */
function requireTable(kept: KeptTables | undefined): NonNullable<KeptTables['usage']> {
  if (kept?.usage !== undefined) return kept.usage;
  throw new ConfigError('CONFIG_INVALID', 'Usage is written to no table, so there is nothing to compare.', {
    hint: 'A loop with a condition of type "usage" writes to the table "usage", unless `usage: false` is said.',
  });
}

/** The table is read first: what is written meanwhile makes it older than Redis, never newer. */
async function compare(subjects: readonly string[], context: ReconcileContext): Promise<Drift[]> {
  const { gate, database, kept, now } = context;
  const rows = await readRunning(database, requireTable(kept), subjects);
  const decisions = await Promise.all(subjects.map((subject) => gate.peek({ subject })));
  return decisions.flatMap(({ degraded, standings }, index) => {
    if (degraded)
      throw new ProviderError('PROVIDER_UNAVAILABLE', 'Redis does not say how the counters stand.');
    const subject = subjects[index] ?? '';
    return standings.flatMap((standing) => {
      const own = rows.filter((row) => row.subject === subject && row.feature === standing.rule.name);
      return driftOf({ ...standing, subject }, own, now());
    });
  });
}

function driftOf(
  standing: Standing & { subject: string },
  rows: readonly UsageEntry[],
  now: number,
): Drift[] {
  const { subject, rule, periodStart, resetAt: periodEnd, used, sequence: version } = standing;
  const feature = rule.name;
  const running = rows.filter((row) => row.periodStart <= now && now < row.periodEnd);
  const [newest] = running.sort((one, other) => other.version - one.version);
  const same = rows.find((row) => row.periodStart === periodStart);
  const about = { subject, feature, redis: { used, periodStart } };
  if (newest !== undefined && newest.version > version)
    return [{ ...about, behind: 'redis', table: newest, entry: newest }];
  const isRight = same === undefined ? used === 0 : same.version === version && same.used === used;
  if (isRight) return [];
  return [
    {
      ...about,
      behind: 'table',
      table: same,
      entry: { subject, feature, periodStart, periodEnd, used, version },
    },
  ];
}
