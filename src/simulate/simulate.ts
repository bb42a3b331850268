import { billedMessages } from '../compile/index.ts';
import { audienceQuery, checkCondition } from '../conditions/index.ts';
import type { Database, Row } from '../databases/index.ts';
import { addressKey, isAddress } from '../email/index.ts';
import { EnvError } from '../errors/index.ts';
import { isHeldOut } from '../outcomes/index.ts';
import { type Deployment, type Plan, sendsMarketing, type Watch } from '../plan/index.ts';
import { candidatesOf, createAudienceReader } from '../runtime/index.ts';
import type { PageSite, State } from '../state/index.ts';
import { readEntries } from './rows.ts';

/** What would become of some of those who were looked at, and who they are. */
export interface Fate {
  /** `mail`, `wait`, or why nothing: `skipped`, `suppressed`, `held_out`. */
  outcome: string;
  reason: string;
  count: number;
  /** The first ten. */
  examples: Array<{ subject: string; email: string | undefined }>;
}

/** What a loop would do now. */
export interface Simulation {
  loop: string;
  entry: string;
  /** How many were looked at, and whether these are all. */
  looked: number;
  isWhole: boolean;
  fates: Fate[];
  /** The messages that QStash would bill, at most. */
  messages: number;
}

/** What simulating needs; nothing of it is written to. */
export interface SimulateContext {
  deployment: Deployment;
  database: Database;
  state: State;
  /** Ms since the epoch. */
  now: number;
  /** The most who are looked at. */
  limit: number;
  onProgress?: ((looked: number) => void) | undefined;
}

const EXAMPLES = 10;
const PAGE = 100;

/**
 * Says what a loop would do to those who are in its tables now: to whom it would send what, and why not to the others.
 * @throws {EnvError} USAGE when what starts the loop cannot be read from the database.
 */
export async function simulate(plan: Plan, context: SimulateContext): Promise<Simulation> {
  const fates = createFates();
  const { trigger } = plan;
  if (trigger.type !== 'schedule' && trigger.type !== 'database')
    throw new EnvError('USAGE', `${plan.loop} is started by ${trigger.type} events, which no table has.`, {
      hint: 'A loop on a table or on a schedule can be simulated.',
    });
  const { looked, isWhole } =
    trigger.type === 'schedule'
      ? await overAudience(plan, context, fates)
      : await overRows(plan, context, fates);
  return {
    loop: plan.loop,
    entry: plan.entry,
    looked,
    isWhole,
    fates: fates.list(),
    messages: messagesOf(plan, fates),
  };
}

type Fates = ReturnType<typeof createFates>;

function createFates() {
  const found = new Map<string, Fate>();
  return {
    add(outcome: string, reason: string, { subject, email }: { subject: string; email: unknown }): void {
      const key = `${outcome}|${reason}`;
      const fate = found.get(key) ?? { outcome, reason, count: 0, examples: [] };
      fate.count += 1;
      if (fate.examples.length < EXAMPLES)
        fate.examples.push({ subject, email: typeof email === 'string' ? email : undefined });
      found.set(key, fate);
    },
    count: (outcome: string): number =>
      [...found.values()].reduce((sum, fate) => sum + (fate.outcome === outcome ? fate.count : 0), 0),
    list: (): Fate[] => [...found.values()].sort((one, other) => other.count - one.count),
  };
}

/** One request to the provider for each page of a pass; a run of its own for each row. */
function messagesOf(plan: Plan, fates: Fates): number {
  if (plan.trigger.type === 'schedule') return 3;
  const { metAtOnce, timedOut, metWaiting } = billedMessages(plan);
  return fates.count('mail') * metAtOnce + fates.count('wait') * Math.max(timedOut, metWaiting);
}

async function overAudience(
  plan: Plan,
  { database, state, now, limit, onProgress }: SimulateContext,
  fates: Fates,
): Promise<{ looked: number; isWhole: boolean }> {
  const { loop, entry, users, rules = { reentry: 'episode', caps: [], holdout: 0 } } = plan;
  const sql = audienceQuery(plan.steps[0]?.condition, { kind: database.kind, users });
  const reader = createAudienceReader(database, { sql, users, contacts: state.contacts }, undefined);
  const { sweep } = await state.sweeps.result({ loop, entry });
  const pass = { loop, entry, id: 'simulated', at: now };
  const site: PageSite = {
    pass,
    place: { sweep: sweep + 1, walk: 0, cursor: undefined },
    id: 'simulated',
    now,
  };
  const delays = plan.steps.map(({ delay }) => delay);
  let looked = 0;
  for (let isLast = false; !isLast && looked < limit; ) {
    const chunk = await reader.next(PAGE);
    isLast = chunk.isLast;
    looked += chunk.rows.size;
    const { candidates } = candidatesOf(chunk.rows, { plan, rules, now, armsOf: () => '' });
    const who = (subject: string) => ({ subject, email: chunk.rows.get(subject)?.[users.email] });
    if (candidates.length > 0) {
      const { page } = await state.episodes.preview(site, candidates, { rules, delays, last: '' });
      for (const { subject, step } of page.claimed)
        fates.add('mail', plan.steps[step]?.id ?? '', who(subject));
      for (const { subject, outcome, reason } of page.skipped) fates.add(outcome, reason, who(subject));
    }
    onProgress?.(looked);
    if (isLast) return { looked, isWhole: true };
  }
  return { looked, isWhole: false };
}

async function overRows(
  plan: Plan,
  context: SimulateContext,
  fates: Fates,
): Promise<{ looked: number; isWhole: boolean }> {
  const { database, now, limit, onProgress } = context;
  const watch = watchOf(plan, context.deployment);
  let [looked, after]: [number, string | undefined] = [0, undefined];
  while (looked < limit) {
    const page = await readEntries(
      database,
      { plan, watch, now },
      { after, limit: Math.min(PAGE, limit - looked) },
    );
    after = page.last;
    for (const { subject, row } of page.entries) {
      const person = await lookUp(plan, { subject, row }, context);
      const [outcome, reason] = await fateOf(plan, { subject, email: person?.[plan.users.email] }, context);
      fates.add(outcome, reason, { subject, email: person?.[plan.users.email] });
    }
    looked += page.entries.length;
    onProgress?.(looked);
    if (page.isLast) return { looked, isWhole: true };
  }
  return { looked, isWhole: false };
}

/** The watch that the loop's trigger stands on. @throws {EnvError} USAGE where it is not about new rows. */
export function watchOf({ loop, trigger }: Plan, { watches }: Deployment): Watch {
  const watch =
    trigger.type === 'database' ? watches.find(({ table }) => table === trigger.table) : undefined;
  if (watch === undefined || trigger.type !== 'database' || trigger.operation !== 'insert')
    throw new EnvError('USAGE', `${loop} is not started by new rows of a table.`);
  return watch;
}

async function lookUp(
  { trigger, users }: Plan,
  { subject, row }: { subject: string; row: Row },
  { database }: SimulateContext,
): Promise<Row | undefined> {
  const isUser = trigger.type === 'database' && trigger.table === users.table;
  return isUser ? row : await database.find(users.table, users.id, subject);
}

/** In the order in which a run would find it out. */
async function fateOf(
  plan: Plan,
  { subject, email }: { subject: string; email: unknown },
  { database, state, now }: SimulateContext,
): Promise<[outcome: string, reason: string]> {
  if (await state.erasure.wasErased(subject)) return ['skipped', 'erased'];
  const runs = await state.runLog.ofSubject(subject);
  if (runs.some(({ loop }) => loop === plan.loop)) return ['skipped', 'has been through the loop'];
  const [step] = plan.steps;
  const look = { database: async () => database, state };
  const { met } = await checkCondition(step?.condition, { subject, since: now }, look);
  if (!met) return ['wait', step?.id ?? ''];
  if (step?.action.type !== 'email') return [step?.action.type ?? 'skipped', step?.id ?? ''];
  if (typeof email !== 'string' || !isAddress(email)) return ['suppressed', 'no address'];
  const suppressed = sendsMarketing(plan) ? await state.suppressions.find(addressKey(email)) : undefined;
  if (suppressed !== undefined) return ['suppressed', suppressed];
  return isHeldOut(plan, subject) ? ['held_out', 'held out'] : ['mail', step.id];
}
