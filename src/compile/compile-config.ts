import {
  parseDuration,
  type ResolvedConfig,
  type ResolvedLoop,
  type Step,
  type Trigger,
} from '../config/index.ts';
import { stableHash } from '../events/index.ts';
import type { TableNames } from '../hashes/index.ts';
import type { Deployment, KeptTables, Plan, PlanRecovery, PlanStep, PlanTrigger } from '../plan/index.ts';
import { compileAction, compilePrompt } from './compile-action.ts';
import { compileCondition } from './compile-condition.ts';
import { compileGoal } from './compile-goal.ts';
import { compileRules } from './compile-rules.ts';
import { watchesOf } from './watches.ts';

/** The longest the free Upstash plan lets a message wait: 7 days. */
const FREE_PLAN_LONGEST_WAIT = 7 * 86_400;

/** What the compiler needs to know besides the configuration. */
export interface CompileOptions {
  /** The longest wait of the Upstash plan, in seconds; 7 days (the free plan's) unless told. */
  longestWait?: number | undefined;
}

/** Compiles a configuration into what is deployed: plans and watched tables, as plain data. */
export function compileConfig(config: ResolvedConfig, options: CompileOptions = {}): Deployment {
  const loops = config.loops.filter((loop) => loop.enabled);
  const plans = loops.flatMap((loop) => compileLoop(loop, config, options));
  return {
    plans,
    opinions: Object.fromEntries(loops.map(({ id, opinion }) => [id, opinion])),
    watches: watchesOf(plans, config.tables),
    users: config.users,
    database: {
      provider: config.database.provider,
      urlVariable: config.database.url,
      overlap: seconds(config.database.overlap),
      ...(config.database.provider === 'upstash-redis' ? { tables: tableNames(config) } : {}),
    },
    email: config.email,
    ...(keepsTables(plans, config) ? { kept: keptTables(config) } : {}),
  };
}

/** Loops that limit what may be used keep tables of it, where the database has tables. */
function keepsTables(plans: readonly Plan[], { database }: ResolvedConfig): boolean {
  const limits = plans.some(({ steps }) => steps.some(({ condition }) => condition?.type === 'usage'));
  return limits && database.provider !== 'upstash-redis';
}

function keptTables({ usage, subscriptions }: ResolvedConfig): KeptTables {
  return { ...(usage && { usage }), ...(subscriptions && { subscriptions }) };
}

function tableNames({ tables }: ResolvedConfig): Record<string, TableNames> {
  return Object.fromEntries(
    Object.entries(tables).map(([table, { id, key, index }]) => [table, { id, key, index }]),
  );
}

/** A loop has one plan for each step that has a trigger; the steps after it, up to the next trigger, belong to it. */
function compileLoop(loop: ResolvedLoop, config: ResolvedConfig, options: CompileOptions): Plan[] {
  return chainsOf(loop.steps).map(({ trigger, steps: written }) => {
    const steps = [
      ...written.flatMap((step) => [compileStep(step, config), ...promptStep(step)]),
      ...(loop.type === 'freemium' && trigger.type === 'api' ? [conversionStep(written, loop)] : []),
    ];
    const plan: Omit<Plan, 'hash'> = {
      version: 1,
      loop: loop.id,
      type: loop.type,
      entry: steps[0]?.id ?? 'step-1',
      trigger: compileTrigger(trigger, config),
      steps,
      recovery: compileRecovery(loop.recovery),
      users: config.users,
      longestWait: options.longestWait ?? FREE_PLAN_LONGEST_WAIT,
      rules: compileRules(loop, config, { isAudience: trigger.type === 'schedule' }),
      goal: compileGoal(loop, steps, config),
    };
    const { onChange } = loop;
    return { ...plan, hash: stableHash([inOrder(plan)]), ...(onChange === 'pin' ? {} : { onChange }) };
  });
}

/** The same value with the keys of its objects in order: in which order an author writes them makes no other definition. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, inOrder(item)]));
}

function compileStep(step: Step & { id: string }, config: ResolvedConfig): PlanStep {
  return {
    id: step.id,
    delay: seconds(step.delay) ?? 0,
    condition: step.condition && compileCondition(step.condition, config),
    action: compileAction(step.action),
    otherwise: step.otherwise && compileAction(step.otherwise),
    after: step.after,
  };
}

/** The email that a block comes with is a step of its own. No author can give a step this id. */
function promptStep({ action }: Step): PlanStep[] {
  if (action.type !== 'block' || action.upgradePrompt === undefined) return [];
  return [{ id: '_prompt', delay: 0, action: compilePrompt(action.upgradePrompt) }];
}

/** How long a subscription counts as what a freemium loop came to, in seconds, unless its goal says otherwise. */
const USUAL_CONVERSION_WAIT = 30 * 86_400;

/** The end of a freemium loop: whoever was blocked subscribes, or uses the next period. */
function conversionStep([first]: Chain['steps'], loop: ResolvedLoop): PlanStep {
  const period = first?.condition?.type === 'usage' ? longestOf(first.condition.period) : Infinity;
  return {
    id: '_conversion',
    delay: 0,
    condition: {
      type: 'event',
      name: 'subscription.started',
      or: ['subscription.upgraded'],
      where: {},
      timeout: Math.min(period, seconds(loop.goal?.within) ?? USUAL_CONVERSION_WAIT),
    },
    action: { type: 'convert' },
  };
}

/** The longest that a period of usage lasts, in seconds. */
function longestOf(period: string): number {
  const days: Record<string, number> = { day: 1, week: 7, month: 31, year: 366, billing: 366 };
  return period === 'hour' ? 3_600 : (days[period] ?? 0) * 86_400 || (seconds(period) ?? 0);
}

interface Chain {
  trigger: Trigger;
  steps: Array<Step & { id: string }>;
}

function chainsOf(steps: readonly Step[]): Chain[] {
  const chains: Chain[] = [];
  for (const [index, step] of steps.entries()) {
    const named = { ...step, id: step.id ?? `step-${index + 1}` };
    if (step.trigger !== undefined) chains.push({ trigger: step.trigger, steps: [named] });
    else chains.at(-1)?.steps.push(named);
  }
  return chains;
}

function compileTrigger(trigger: Trigger, config: ResolvedConfig): PlanTrigger {
  if (trigger.type !== 'database') return trigger;
  const { table, event, where } = trigger;
  const { boundTo } = config.tables[table] ?? {};
  if (boundTo !== undefined && event === 'insert') return { type: 'webhook', ...boundTo, where: where ?? {} };
  return {
    type: 'database',
    table,
    operation: event,
    where: where ?? {},
    subject: subjectColumn(table, config),
  };
}

/** The column by which a row names its user: what the author said, the users' own id, or the convention `user_id`. */
function subjectColumn(table: string, config: ResolvedConfig): string {
  return config.tables[table]?.subject ?? (table === config.users.table ? config.users.id : 'user_id');
}

function compileRecovery({ retries, backoff, delay }: ResolvedLoop['recovery']): PlanRecovery {
  const first = (seconds(delay) ?? 10) * 1000;
  const growth = {
    exponential: `${first} * pow(2, retried)`,
    linear: `${first} * (1 + retried)`,
    fixed: `${first}`,
  };
  return { retries, retryDelay: growth[backoff] };
}

function seconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration);
}
