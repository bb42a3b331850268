import type { Database } from '../databases/index.ts';
import { type Clock, type DevLog, type Stack, startStack } from '../dev/index.ts';
import { EnvError } from '../errors/index.ts';
import type { Report } from '../intake/index.ts';
import type { Deployment, Plan } from '../plan/index.ts';
import type { Project } from '../project/index.ts';
import type { WorkflowDefinition } from '../runtime/index.ts';
import { createState } from '../state/index.ts';
import { sourceOf } from './open-source.ts';
import { copyTables, replayRows } from './replay.ts';
import { requireAnswers } from './require-answers.ts';
import type { SourceTable } from './source.ts';
import { readTables, sampleSubjects } from './tables.ts';
import { onPostgres } from './translate.ts';

/** An email that would have gone out. */
export interface Mail {
  subject: string;
  to: string;
  /** When, ms since the epoch. */
  at: number;
  title: string;
}

/** Somebody whom the loop took in and did not mail, and why. */
export interface Stop {
  subject: string;
  outcome: string;
  reason: string;
  at: number;
}

/** What a loop would have done. */
export interface Backtest {
  loop: string;
  /** Ms since the epoch. */
  from: number;
  to: number;
  /** How many users were looked at. */
  users: number;
  entered: number;
  mails: Mail[];
  stops: Stop[];
  /** What the answer rests on, as sentences. */
  notes: string[];
}

/** How far a backtest is, in rows. */
export type BacktestProgress = { done: number; of: number };

/** What a backtest needs. */
export interface BacktestOptions {
  project: Project;
  loop: string;
  /** The team's own; it is only read. */
  database: Database;
  workflows: Readonly<Record<string, WorkflowDefinition>>;
  from: number;
  to: number;
  /** The most users that are looked at. */
  users: number;
  /** The columns that say when rows were written, by table, where their names do not tell. */
  times: Readonly<Record<string, string>>;
  onProgress?: ((progress: BacktestProgress) => void) | undefined;
}

const MOST_ROWS = 200_000;
const ANY_FREE_PORT = { functions: 0, qstash: 0, redis: 0, postgres: 0, inbox: 0 };

/**
 * Runs a loop over what was written to the team's tables, on a local stack whose time goes by as fast as it can. Emails go to an inbox
 * in memory, custom actions do nothing.
 * @throws {EnvError} USAGE when there is no such loop, or a query of it cannot be put to the local PostgreSQL.
 */
export async function backtest(options: BacktestOptions): Promise<Backtest> {
  const { project, from, to } = options;
  const { deployment: asWritten, plan } = loopAlone(project.deployment, options.loop);
  const source = sourceOf(options.database);
  const { plans } = asWritten;
  const tables = await readTables(source, { plans, deployment: asWritten, times: options.times });
  const deployment = onPostgres(asWritten, source, tables);
  const subjects = await sampleSubjects(source, tables, { plan, from, to, most: options.users });
  const rows = new Map(
    await Promise.all(
      tables.map(
        async (table) => [table, await source.rows(table, { subjects, to, most: MOST_ROWS })] as const,
      ),
    ),
  );

  const reports: Array<{ at: number; report: Report }> = [];
  const stack = await startStack({
    project: { deployment: { ...deployment, plans: [], watches: [] }, templates: {}, actions: {} },
    workflows: options.workflows,
    ports: ANY_FREE_PORT,
    frozen: true,
    startAt: from,
    log: (clock) => recordingLog(reports, clock),
  });
  try {
    await copyTables(stack, rows, from);
    await requireAnswers(stack, { source, plans: deployment.plans });
    const actions = Object.fromEntries(
      Object.keys(project.actions).map((name) => [name, async () => undefined]),
    );
    await stack.use({ deployment, templates: project.templates, actions });
    await replayRows(stack, rows, { from, to, onProgress: options.onProgress });
    return {
      ...(await readResult(stack, { plan, subjects, reports })),
      from,
      to,
      notes: [...notesOn(tables, deployment), ...source.notes, ...troubles(reports)],
    };
  } finally {
    await stack.close();
  }
}

/** The deployment as if it had this loop alone. */
function loopAlone(deployment: Deployment, loop: string): { deployment: Deployment; plan: Plan } {
  const plans = deployment.plans.filter((plan) => plan.loop === loop);
  const [plan] = plans;
  if (plan === undefined)
    throw new EnvError('USAGE', `No loop is called "${loop}".`, {
      hint: `There are: ${[...new Set(deployment.plans.map((one) => one.loop))].join(', ')}.`,
    });
  return { deployment: { ...deployment, plans }, plan };
}

async function readResult(
  stack: Stack,
  {
    plan,
    subjects,
    reports,
  }: { plan: Plan; subjects: readonly string[]; reports: ReadonlyArray<{ at: number; report: Report }> },
): Promise<Omit<Backtest, 'from' | 'to' | 'notes'>> {
  const { loop, users } = plan;
  const byEmail = await stack.postgres?.query(
    `SELECT "${users.id}"::text AS id, "${users.email}"::text AS email FROM ${users.table}`,
  );
  const subjectOf = new Map((byEmail ?? []).map(({ id, email }) => [String(email), String(id)]));
  const mails = stack.inbox.emails().map(({ at, to: [to = ''], subject: title }) => ({
    subject: subjectOf.get(to) ?? '',
    to,
    at,
    title,
  }));
  const isAudience = plan.trigger.type === 'schedule';
  const stops = isAudience ? await audienceStops(stack, { plan, subjects }) : runStops(reports);
  const started = new Set(reports.flatMap(({ report }) => (report.kind === 'run' ? [report.subject] : [])));
  const met = new Set([...mails, ...stops].map(({ subject }) => subject));
  return { loop, users: subjects.length, entered: (isAudience ? met : started).size, mails, stops };
}

function runStops(reports: ReadonlyArray<{ at: number; report: Report }>): Stop[] {
  return reports.flatMap(({ at, report }) => {
    if (report.kind !== 'outcome' || ['met', 'sent', 'done', 'converted'].includes(report.outcome)) return [];
    const { subject, outcome, detail } = report;
    return [{ subject, outcome, reason: typeof detail?.reason === 'string' ? detail.reason : '', at }];
  });
}

async function audienceStops(
  { env }: Stack,
  { plan, subjects }: { plan: Plan; subjects: readonly string[] },
): Promise<Stop[]> {
  const state = createState({ ...env.redis, namespace: env.namespace });
  const stops: Stop[] = [];
  for (const subject of subjects) {
    const standing = (await state.history.of(subject)).find(({ loop }) => loop === plan.loop);
    for (const { outcome, reason, from } of standing?.history ?? [])
      if (outcome !== 'sent' && reason !== 'episode') stops.push({ subject, outcome, reason, at: from });
  }
  return stops;
}

function notesOn(tables: readonly SourceTable[], { users }: Deployment): string[] {
  const timeless = tables.filter(({ time }) => time === undefined).map(({ name }) => name);
  return [
    `Of a row that changed since, only its last form is known: a query over columns of ${users.table} that change sees today's values.`,
    ...(timeless.length === 0
      ? []
      : [
          `${timeless.join(', ')} ${timeless.length === 1 ? 'has' : 'have'} no column that says when a row was written, and stood as today all the time (name one with --time).`,
        ]),
    'Who had been mailed or unsubscribed before is not known to it: everybody begins anew.',
  ];
}

/** What went wrong on the local stack: then the answer is not to be relied on. */
function troubles(reports: ReadonlyArray<{ report: Report }>): string[] {
  const texts = reports.flatMap(({ report }) => (report.kind === 'trouble' ? [report.text] : []));
  return [...new Set(texts)];
}

function recordingLog(reports: Array<{ at: number; report: Report }>, clock: Clock): DevLog {
  return {
    report: (report) => void reports.push({ at: clock.now(), report }),
    email: () => {},
    note: () => {},
    problem: (text) => void reports.push({ at: clock.now(), report: { kind: 'trouble', text } }),
  };
}
