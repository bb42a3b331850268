import { countKinds } from './faults.ts';
import type { Round } from './round.ts';

/** What worlds came to, added up. */
export interface Report {
  command: string;
  seconds: number;
  worlds: number;
  seeds: [number, number];
  runs: number;
  emails: number;
  gatedCalls: number;
  processes: number;
  deadLetters: number;
  faults: number;
  faultsByKind: Record<string, number>;
  violations: Array<{ seed: number; invariant: string; text: string }>;
}

/** Adds up what worlds came to. */
export function addUp(
  rounds: readonly Round[],
  { command, seconds }: Pick<Report, 'command' | 'seconds'>,
): Report {
  const sum = (of: (round: Round) => number): number => rounds.reduce((total, round) => total + of(round), 0);
  const seeds = rounds.map(({ seed }) => seed);
  const byKind: Record<string, number> = {};
  for (const { injected } of rounds)
    for (const [kind, count] of Object.entries(countKinds(injected)))
      byKind[kind] = (byKind[kind] ?? 0) + count;
  return {
    command,
    seconds,
    worlds: rounds.length,
    seeds: [Math.min(...seeds), Math.max(...seeds)],
    runs: sum(({ runs }) => runs),
    emails: sum(({ emails }) => emails),
    gatedCalls: sum(({ calls }) => calls),
    processes: sum(({ processes }) => processes),
    deadLetters: sum(({ deadLetters }) =>
      Object.values(deadLetters).reduce((total, count) => total + count, 0),
    ),
    faults: sum(({ injected }) => injected.length),
    faultsByKind: Object.fromEntries(
      Object.entries(byKind).sort(([one], [other]) => one.localeCompare(other)),
    ),
    violations: rounds.flatMap(({ seed, violations }) =>
      violations.map(({ invariant, text }) => ({ seed, invariant, text })),
    ),
  };
}

/** Prints a report for people. */
export function printReport(report: Report): void {
  const { faultsByKind, violations, ...figures } = report;
  for (const [name, value] of Object.entries(figures)) console.info(`${name.padEnd(14)} ${value}`);
  for (const [kind, count] of Object.entries(faultsByKind))
    console.info(`  ${String(count).padStart(7)}  ${kind}`);
  console.info(violations.length === 0 ? 'no violation' : `${violations.length} VIOLATIONS`);
  for (const { seed, invariant, text } of violations) console.info(`  seed ${seed}: ${invariant}: ${text}`);
}
