import { formatDuration } from '../config/index.ts';
import type { LoopOutcomes, TrialOutcomes, VariantOutcomes } from '../outcomes/index.ts';
import { printTable } from './print-table.ts';
import type { Terminal } from './terminal.ts';

/** Prints what a loop came to: its counts, and for each of its triggers who reached the goal, with the email and without. */
export function printOutcomes(outcomes: LoopOutcomes, terminal: Terminal): void {
  const { out, colors } = terminal;
  const { loop, type, days, entered, converted, trials } = outcomes;
  out(`${colors.bold(loop)} (${type}), the last ${days} days`);
  const counts = Object.entries({ entered, ...outcomes.outcomes, converted });
  out(`  ${counts.map(([name, count]) => `${name} ${count}`).join('  ')}`);
  for (const [reason, count] of Object.entries(outcomes.reasons)) out(colors.dim(`  ${reason} ${count}`));
  for (const trial of trials) printTrial(trial, terminal);
  out('');
}

function printTrial(trial: TrialOutcomes, terminal: Terminal): void {
  const { entry, goal, treated, heldOut, unmailed } = trial;
  const { out } = terminal;
  out(`  goal within ${formatDuration(goal.withinSeconds)}, by ${goal.by} (${entry})`);
  out(`    mailed ${treated.subjects}, of whom ${treated.converted} reached it${share(treated)}`);
  if (heldOut.subjects > 0)
    out(`    held out ${heldOut.subjects}, of whom ${heldOut.converted} reached it${share(heldOut)}`);
  if (unmailed > 0) out(`    ${unmailed} reached it before any email`);
  out(`    ${upliftText(trial)}`);
  const rows = trial.emails.flatMap(({ step, variants }) => variants.map((one) => rowOf(step, one)));
  if (rows.length === 0) return;
  const head = [
    'email',
    'variant',
    'sent',
    'opened',
    'clicked',
    'pending',
    'reached',
    'share',
    '95 % interval',
  ];
  printTable([head, ...rows], { ...terminal, out: (line) => out(`    ${line}`) });
}

function upliftText({ uplift, holdout }: TrialOutcomes): string {
  if (uplift !== undefined) {
    const { difference, low, high } = uplift;
    return `uplift ${points(difference)} (95 %: ${points(low)} to ${points(high)})`;
  }
  return holdout === 0
    ? 'no uplift without a holdout: set holdout: 0.1 to see what the emails add'
    : 'no uplift yet: it takes somebody who was mailed and somebody who was held out';
}

function rowOf(step: string, { variant, pinned, rate, ...counts }: VariantOutcomes): string[] {
  const { sent, opened, clicked, open, converted } = counts;
  const name = `${variant === '' ? '-' : variant}${pinned ? ' (pinned)' : ''}`;
  const interval = rate === undefined ? '' : `${percent(rate.low)} to ${percent(rate.high)}`;
  return [
    step,
    name,
    ...[sent, opened, clicked, open, converted].map(String),
    rate === undefined ? '' : percent(rate.share),
    interval,
  ];
}

function share({ subjects, converted }: { subjects: number; converted: number }): string {
  return subjects === 0 ? '' : ` (${percent(converted / subjects)})`;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function points(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(1)} points`;
}
