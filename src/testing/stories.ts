import { formatDuration } from '../config/index.ts';
import type { Report } from '../intake/index.ts';
import type { Plan } from '../plan/index.ts';

/** What there is to tell of a world. */
export interface Told {
  reports: readonly Report[];
  plans: readonly Plan[];
  /** Addresses by the ids of those who signed up. */
  addresses: ReadonlyMap<string, string>;
}

type RunReport = Extract<Report, { runId: string }>;

/** Outcomes after which a run goes on: what comes next says more. */
const PASSING = new Set(['met', 'sent', 'delivered', 'opened', 'clicked', 'performed']);

/**
 * How each run stands that did not do what was expected, in a sentence that says what to do about it; and what happened, where nothing
 * started a run.
 * @param subject whose runs alone; everybody's when left out.
 */
export function storiesOf(told: Told, subject?: string): string[] {
  const last = new Map<string, RunReport>();
  for (const report of told.reports) if ('runId' in report) last.set(report.runId, report);
  if (last.size === 0) return [nothingStarted(told)];
  const own = [...last.values()].filter((report) => subject === undefined || report.subject === subject);
  if (own.length === 0) return [`No run was started for ${nameOf(told, subject ?? '')}.`];
  return own.flatMap((report) => storyOf(report, told) ?? []);
}

function nothingStarted({ reports, plans }: Told): string {
  const events = reports.flatMap((report) => (report.kind === 'event' ? [report.type] : []));
  const happened = events.length === 0 ? 'nothing' : [...new Set(events)].join(', ');
  return `No run was started. What happened: ${happened}. The loops: ${[...new Set(plans.map(({ loop }) => loop))].join(', ')}.`;
}

function storyOf(report: RunReport, told: Told): string | undefined {
  const loop = `"${report.loop}"`;
  const who = nameOf(told, report.subject);
  switch (report.kind) {
    case 'run':
    case 'wake':
      return `${loop} has begun for ${who} and is not done: it sleeps, or the world has not settled.`;
    case 'waiting': {
      const limit = formatDuration(report.seconds);
      return `${loop} waits for ${who}, ${limit} at most, and does nothing until then. Do what its condition asks for, or await world.advance('${limit}').`;
    }
    case 'outcome':
      return outcomeOf({ ...report, loop, who, hasOtherwise: hasOtherwise(report.loop, told) });
  }
}

function outcomeOf({
  loop,
  who,
  outcome,
  detail,
  hasOtherwise,
}: {
  loop: string;
  who: string;
  outcome: string;
  detail: Record<string, unknown> | undefined;
  hasOtherwise: boolean;
}): string | undefined {
  const reason = typeof detail?.reason === 'string' ? detail.reason : '';
  switch (outcome) {
    case 'timed_out':
      return hasOtherwise
        ? `${loop} waited for ${who} until its time was up.`
        : `${loop} waited for ${who} until its time was up. No step has an \`otherwise\`, so nothing is done then: write one if something should be.`;
    case 'failed':
      return `${loop} failed for ${who}: ${reason}`;
    case 'suppressed':
      return `${loop} sent nothing to ${who}: the address must not be mailed (${reason}).`;
    case 'skipped':
    case 'held_out':
    case 'exited':
      return `${loop} sent nothing to ${who}: ${outcome.replace('_', ' ')}${reason && ` (${reason})`}.`;
    default:
      return PASSING.has(outcome)
        ? undefined
        : `${loop} came to "${outcome}" for ${who}${reason && ` (${reason})`}.`;
  }
}

function hasOtherwise(loop: string, { plans }: Told): boolean {
  const own = plans.filter((plan) => plan.loop === loop);
  return own.some(({ steps }) => steps.some(({ otherwise }) => otherwise !== undefined));
}

function nameOf({ addresses }: Told, subject: string): string {
  const address = addresses.get(subject);
  return address === undefined ? subject : `${address} (${subject})`;
}
