import { countKinds } from './faults.ts';
import type { Round } from './round.ts';
import { addUsage, type UsageSum } from './usage-sum.ts';

/** What worlds came to, added up. */
export interface Report {
  command: string;
  seconds: number;
  worlds: number;
  seeds: [number, number];
  runs: number;
  emails: number;
  gatedCalls: number;
  usage: UsageSum;
  processes: number;
  /** Before and after each call that a step or a request makes: how many such places were passed often, and at how many a process was killed. */
  boundaries: { often: number; killedOfThese: number; killed: number };
  deadLetters: number;
  faults: number;
  faultsByKind: Record<string, number>;
  violations: Array<{ seed: number; invariant: string; text: string }>;
}

/** A place that fewer pass is one that only a certain series of faults leads to. */
const OFTEN = 200;

/** Adds up what worlds came to. */
export function addUp(
  rounds: readonly Round[],
  { command, seconds }: Pick<Report, 'command' | 'seconds'>,
): Report {
  const sum = (of: (round: Round) => number): number => rounds.reduce((total, round) => total + of(round), 0);
  const seeds = rounds.map(({ seed }) => seed);
  const boundaries = new Map<string, { passed: number; killed: number }>();
  for (const round of rounds)
    for (const [name, { passed, killed }] of round.boundaries) {
      const known = boundaries.get(name) ?? { passed: 0, killed: 0 };
      boundaries.set(name, { passed: known.passed + passed, killed: known.killed + killed });
    }
  const all = [...boundaries.values()];
  const often = all.filter(({ passed }) => passed >= OFTEN);
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
    usage: addUsage(rounds.map(({ usage }) => usage)),
    processes: sum(({ processes }) => processes),
    boundaries: {
      often: often.length,
      killedOfThese: often.filter(({ killed }) => killed > 0).length,
      killed: all.filter(({ killed }) => killed > 0).length,
    },
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

/** One report of several that were made one after another, or at the same time; the places of kills are those of the one that has most. */
export function joined(reports: readonly Report[]): Report {
  const [first, ...others] = reports;
  if (first === undefined) throw new Error('There is no report.');
  return others.reduce(
    (sum, one) => ({
      command: `${sum.command}\n${one.command}`,
      seconds: Math.max(sum.seconds, one.seconds),
      worlds: sum.worlds + one.worlds,
      seeds: [Math.min(sum.seeds[0], one.seeds[0]), Math.max(sum.seeds[1], one.seeds[1])],
      runs: sum.runs + one.runs,
      emails: sum.emails + one.emails,
      gatedCalls: sum.gatedCalls + one.gatedCalls,
      usage: addUsage([sum.usage, one.usage]),
      processes: sum.processes + one.processes,
      boundaries: sum.boundaries.often >= one.boundaries.often ? sum.boundaries : one.boundaries,
      deadLetters: sum.deadLetters + one.deadLetters,
      faults: sum.faults + one.faults,
      faultsByKind: addCounts(sum.faultsByKind, one.faultsByKind),
      violations: [...sum.violations, ...one.violations],
    }),
    first,
  );
}

function addCounts(one: Record<string, number>, other: Record<string, number>): Record<string, number> {
  const sum = { ...one };
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count;
  return Object.fromEntries(Object.entries(sum).sort(([left], [right]) => left.localeCompare(right)));
}

/** Prints a report for people. */
export function printReport(report: Report): void {
  const { faultsByKind, violations, ...figures } = report;
  for (const [name, value] of Object.entries(figures))
    console.info(`${name.padEnd(14)} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  for (const [kind, count] of Object.entries(faultsByKind))
    console.info(`  ${String(count).padStart(7)}  ${kind}`);
  console.info(violations.length === 0 ? 'no violation' : `${violations.length} VIOLATIONS`);
  for (const { seed, invariant, text } of violations) console.info(`  seed ${seed}: ${invariant}: ${text}`);
}
