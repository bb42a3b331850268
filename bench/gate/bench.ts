/**
 * The gate beside `@upstash/ratelimit` and `rate-limiter-flexible`, on one real Redis behind Upstash's REST protocol, in one run.
 *
 * Client, REST server and Redis are three processes of one machine: the figures are for comparing, not for planning capacity.
 */
import type { Bench, Plot, Size } from '../bench.ts';
import type { Contender } from './contenders.ts';
import { measureSubjects } from './growth.ts';
import { closedLoop, createRandom, openLoop } from './load.ts';
import { type Cost, countingRequests, measure, startServer } from './server.ts';

/** Of the long form, how much. */
const SIZES: Readonly<Record<Size, { scale: number; rounds: number }>> = {
  smoke: { scale: 0.003, rounds: 1 },
  usual: { scale: 0.25, rounds: 1 },
  long: { scale: 1, rounds: 3 },
};

const SUBJECTS = 2_000;
const AMPLE = 1_000_000_000;
const SEED = 20_261_121;

interface Row extends Cost {
  load: string;
  /** How many calls come at once, or in a second. */
  amount: number;
  contender: string;
}

const columns = [
  { key: 'load', label: 'load' },
  { key: 'contender', label: 'limiter' },
  { key: 'perSecond', label: 'decisions/s' },
  { key: 'p50', label: 'p50, ms', digits: 2 },
  { key: 'p99', label: 'p99, ms', digits: 2 },
  { key: 'requestsPerDecision', label: 'requests', digits: 3 },
  { key: 'commandsPerDecision', label: 'Redis commands', digits: 2 },
];

/** Decisions a second and how long each takes, beside two other limiters, and how that grows with the load and the subjects. */
export const gate: Bench = {
  name: 'gate',
  run: (size) =>
    countingRequests(async () => {
      const closed = await benchClosedLoops(SIZES[size]);
      const blocked = await benchBlocked(SIZES[size]);
      const open = await benchOpenLoops(SIZES[size]);
      const subjects = await measureSubjects(size);
      const rows = [...closed, ...blocked, ...open].map((row) => ({ ...row }));
      return {
        tables: [{ title: 'Decisions of the gate, and of other limiters', columns, rows }, subjects.table],
        plots: [
          plotOf(closed, 'perSecond', {
            name: 'gate',
            title: 'Decisions as more calls come at once',
            x: 'calls at once',
            y: 'decisions per second',
          }),
          plotOf(open, 'requestsPerDecision', {
            name: 'gate-requests',
            title: 'Requests to Redis as more calls come',
            x: 'calls per second, independent of each other',
            y: 'requests per decision',
          }),
          subjects.plot,
        ],
      };
    }),
};

function plotOf(
  rows: readonly Row[],
  key: 'perSecond' | 'requestsPerDecision',
  about: Omit<Plot, 'series'>,
): Plot {
  const names = [...new Set(rows.map(({ contender }) => contender))];
  return {
    ...about,
    series: names.map((name) => ({
      name,
      points: rows
        .filter(({ contender }) => contender === name)
        .map((row) => [row.amount, row[key]] as const),
    })),
  };
}

type Amount = (typeof SIZES)[Size];

const medianOf = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** Each contender in turn, and again, so that what else the machine does falls on all; of the rounds the median of each figure. */
async function compare(
  { load, amount, rounds: count }: Pick<Row, 'load' | 'amount'> & { rounds: number },
  contenders: Contender[],
  run: (contender: Contender, round: number) => Promise<Cost>,
): Promise<Row[]> {
  const rounds = new Map<string, Cost[]>();
  for (let round = 0; round < count; round += 1)
    for (const index of contenders.keys()) {
      const contender = contenders[(index + round) % contenders.length];
      if (contender === undefined) continue;
      rounds.set(contender.name, [...(rounds.get(contender.name) ?? []), await run(contender, round)]);
    }
  return [...rounds].map(([contender, outcomes]) => {
    const median = (key: keyof Cost) => medianOf(outcomes.map((one) => one[key]));
    const row: Row = {
      load,
      amount,
      contender,
      perSecond: median('perSecond'),
      p50: median('p50'),
      p99: median('p99'),
      requestsPerDecision: median('requestsPerDecision'),
      commandsPerDecision: median('commandsPerDecision'),
    };
    return row;
  });
}

const idOf = (index: number) => `user-${index % SUBJECTS}`;

async function benchClosedLoops({ scale, rounds }: Amount): Promise<Row[]> {
  const { contendersOn } = await import('./contenders.ts');
  const { server, stop } = await startServer(0);
  const contenders = contendersOn(server, AMPLE);
  for (const { take } of contenders)
    await closedLoop((index) => take(idOf(index)), { calls: 4_000, concurrency: 32 });
  const rows: Row[] = [];
  for (const [concurrency, most] of [
    [1, 3_000],
    [32, 30_000],
    [256, 60_000],
  ] as const) {
    const calls = Math.round(most * scale);
    rows.push(
      ...(await compare(
        { load: `closed loop, ${concurrency} at once`, amount: concurrency, rounds },
        contenders,
        ({ take }) =>
          measure(server.url, calls, () => closedLoop((index) => take(idOf(index)), { calls, concurrency })),
      )),
    );
  }
  await stop();
  return rows;
}

async function benchBlocked({ scale, rounds }: Amount): Promise<Row[]> {
  const { contendersOn } = await import('./contenders.ts');
  const { server, stop } = await startServer(0);
  const contenders = contendersOn(server, 1);
  for (const { take } of contenders) for (let call = 0; call < 3; call += 1) await take('blocked');
  const calls = Math.round(200_000 * scale);
  const load = { load: 'known to be blocked, 32 at once', amount: 32, rounds };
  const rows = await compare(load, contenders, ({ take }) =>
    measure(server.url, calls, () => closedLoop(() => take('blocked'), { calls, concurrency: 32 })),
  );
  await stop();
  return rows;
}

async function benchOpenLoops({ scale, rounds }: Amount): Promise<Row[]> {
  const { contendersOn } = await import('./contenders.ts');
  const delayMs = 5;
  const { server, stop } = await startServer(delayMs);
  const contenders = contendersOn(server, AMPLE);
  for (const { take } of contenders)
    await closedLoop((index) => take(idOf(index)), { calls: 4_000, concurrency: 32 });
  const rows: Row[] = [];
  for (const perSecond of [200, 1_000, 3_000]) {
    const seconds = Math.max(1, 4 * scale);
    rows.push(
      ...(await compare(
        { load: `independent, ${perSecond}/s, +${delayMs} ms`, amount: perSecond, rounds },
        contenders,
        async ({ take }, round) => {
          let count = 0;
          const work = (index: number) => {
            count += 1;
            return take(idOf(index));
          };
          const random = createRandom(SEED + round);
          const outcome = await measure(server.url, 1, () => openLoop(work, { perSecond, seconds, random }));
          const { requestsPerDecision, commandsPerDecision } = outcome;
          return {
            ...outcome,
            requestsPerDecision: requestsPerDecision / count,
            commandsPerDecision: commandsPerDecision / count,
          };
        },
      )),
    );
  }
  await stop();
  return rows;
}
