import { type Condition, parseDuration, type ResolvedConfig } from '../config/index.ts';
import { InternalError } from '../errors/index.ts';
import type { SelectPlan } from '../hashes/index.ts';
import type { PlanCondition, UsagePeriod, Wake } from '../plan/index.ts';
import { analyseQuery, type Dialect, toSelectPlan } from '../sql/index.ts';
import { layoutIn } from './layout-in.ts';
import { hearsEveryChange, isAboutSubject, wakesOf } from './wakes-of-plan.ts';

/** A wait that no event can end is looked at no more often than this. */
const MOST_CHECKS = 6;

/** Compiles a condition; `config` has been checked, so its durations and queries can be read. */
export function compileCondition(condition: Condition, config: ResolvedConfig): PlanCondition {
  switch (condition.type) {
    case 'query':
      return compileQuery(condition.query, durationOf(condition.timeout), config);
    case 'event':
      return {
        type: 'event',
        name: condition.name,
        where: condition.where ?? {},
        timeout: durationOf(condition.timeout),
      };
    case 'usage': {
      const limits = Object.entries(condition.limit).map(
        ([plan, limit]) => [plan, Number.isFinite(limit) ? limit : 'unlimited'] as const,
      );
      const { timezone, warnAt, onUnavailable } = condition;
      const period = isCalendarUnit(condition.period) ? condition.period : durationOf(condition.period);
      return { type: 'usage', limits: Object.fromEntries(limits), period, timezone, warnAt, onUnavailable };
    }
    case 'activity':
      return {
        type: 'activity',
        table: condition.table,
        subject: config.tables[condition.table]?.subject ?? 'user_id',
        time: config.tables[condition.table]?.time ?? 'created_at',
        ...(config.tables[condition.table]?.rollup && { rollup: true }),
        drop: condition.drop,
        window: durationOf(condition.window),
        baseline: durationOf(condition.baseline),
        timeout: durationOf(condition.timeout),
      };
  }
}

/** In which dialects a query may be: where the database is not named, the first that takes it decides. */
export function dialectsOf({ database }: ResolvedConfig): Dialect[] {
  if (database.provider === undefined) return ['postgres', 'mysql'];
  return database.provider === 'planetscale' || database.provider === 'mysql' ? ['mysql'] : ['postgres'];
}

function compileQuery(sql: string, timeout: number, config: ResolvedConfig): PlanCondition {
  if (config.database.provider === 'upstash-redis') return compileForRedis(sql, timeout, config);
  const dialects = dialectsOf(config);
  const analyses = dialects.map((dialect) => analyseQuery(sql, { dialect, parameters: 1 }));
  const analysis = analyses.find(({ ok }) => ok);
  if (!analysis?.ok) throw new InternalError(`An unchecked query reached the compiler: ${sql}`);
  const wakes: Wake[] = analysis.reads.flatMap(({ table, column, equals }) =>
    column === undefined ? [] : [{ table, column, equals }],
  );
  const everyChangeIsHeard =
    analysis.reads.length > 0 && wakes.length === analysis.reads.length && !analysis.timeDependent;
  const checks = analysis.aboutSubject && !everyChangeIsHeard ? growingChecks(timeout) : [];
  return {
    type: 'query',
    // An audience's query becomes part of a larger one: alone, without what follows it.
    sql: analysis.aboutSubject ? sql : analysis.sql,
    aboutSubject: analysis.aboutSubject,
    timeout,
    wakes,
    checks,
  };
}

function compileForRedis(sql: string, timeout: number, config: ResolvedConfig): PlanCondition {
  const compiled = toSelectPlan(sql, layoutIn(config));
  if (!compiled.ok) throw new InternalError(`An unchecked query reached the compiler: ${sql}`);
  const select: SelectPlan = compiled.plan;
  const aboutSubject = isAboutSubject(select);
  const wakes = wakesOf(select);
  const checks = aboutSubject && !hearsEveryChange(select) ? growingChecks(timeout) : [];
  return { type: 'query', sql, select, aboutSubject, timeout, wakes, checks };
}

/** When to look again, in seconds since the wait began: each pause twice the one before, the last check at the timeout. */
export function growingChecks(timeout: number): number[] {
  const parts = 2 ** MOST_CHECKS - 1;
  const times = Array.from({ length: MOST_CHECKS - 1 }, (_, index) =>
    Math.round((timeout * (2 ** (index + 1) - 1)) / parts),
  );
  return [...new Set(times)].filter((time) => time > 0 && time < timeout);
}

function isCalendarUnit(period: string): period is Exclude<UsagePeriod, number> {
  return ['hour', 'day', 'week', 'month', 'year', 'billing'].includes(period);
}

function durationOf(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InternalError(`An unchecked duration reached the compiler: ${text}`);
  return seconds;
}
