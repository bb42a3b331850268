import type { Plot, Size, Table } from '../bench.ts';
import { closedLoop } from './load.ts';
import { measure, memoryOf, startServer } from './server.ts';

/** How many subjects call in turn. */
const SUBJECTS: Readonly<Record<Size, readonly number[]>> = {
  smoke: [100],
  usual: [100, 10_000, 100_000],
  long: [100, 10_000, 100_000, 1_000_000],
};

/** Each subject has its turn, and fewer calls than these say nothing. */
const LEAST_CALLS = 10_000;
const CONCURRENCY = 32;
const WARM_UP = 4_000;
const AMPLE = 2_000_000_000;

interface Row {
  subjects: number;
  contender: string;
  perSecond: number;
  p50: number;
  p99: number;
  /** Where each has called once. */
  bytes: number | null;
}

/** Decisions a second as more subjects call, and what the Redis keeps of each. */
export async function measureSubjects(size: Size): Promise<{ table: Table; plot: Plot }> {
  const { contendersOn } = await import('./contenders.ts');
  const rows: Row[] = [];
  for (const subjects of SUBJECTS[size]) {
    const { server, stop } = await startServer(0);
    const calls = size === 'smoke' ? subjects : Math.max(LEAST_CALLS, subjects);
    // A limit of their own keeps the keys of one number of subjects from those of another.
    for (const { name, take } of contendersOn(server, AMPLE + subjects)) {
      await closedLoop(() => take('warm-up'), { calls: Math.min(calls, WARM_UP), concurrency: CONCURRENCY });
      const before = await memoryOf(server.url);
      const { perSecond, p50, p99 } = await measure(server.url, calls, () =>
        closedLoop((index) => take(`user-${index % subjects}`), { calls, concurrency: CONCURRENCY }),
      );
      const bytes = calls === subjects ? ((await memoryOf(server.url)) - before) / subjects : null;
      rows.push({ subjects, contender: name, perSecond, p50, p99, bytes });
    }
    await stop();
  }
  return { table: tableOf(rows), plot: plotOf(rows) };
}

function tableOf(rows: readonly Row[]): Table {
  return {
    title: `As more subjects call, ${CONCURRENCY} at once`,
    columns: [
      { key: 'subjects', label: 'subjects' },
      { key: 'contender', label: 'limiter' },
      { key: 'perSecond', label: 'decisions/s' },
      { key: 'p50', label: 'p50, ms', digits: 2 },
      { key: 'p99', label: 'p99, ms', digits: 2 },
      { key: 'bytes', label: 'bytes in Redis each, after one call' },
    ],
    rows: rows.map((row) => ({ ...row })),
  };
}

function plotOf(rows: readonly Row[]): Plot {
  const names = [...new Set(rows.map(({ contender }) => contender))];
  return {
    name: 'gate-subjects',
    title: 'Decisions as more subjects call',
    x: `subjects, ${CONCURRENCY} calls at once`,
    y: 'decisions per second',
    series: names.map((name) => ({
      name,
      points: rows
        .filter(({ contender }) => contender === name)
        .map((row) => [row.subjects, row.perSecond] as const),
    })),
  };
}
