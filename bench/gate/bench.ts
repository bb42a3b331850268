/**
 * The gate beside `@upstash/ratelimit` and `rate-limiter-flexible`, on one real Redis behind Upstash's REST protocol, in one run.
 *
 * Client, REST server and Redis are three processes of one machine: the figures are for comparing, not for planning capacity.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench, Size } from '../bench.ts';
import type { Contender } from './contenders.ts';
import { closedLoop, createRandom, type Outcome, openLoop } from './load.ts';

/** Of the long form, how much. */
const SIZES: Readonly<Record<Size, { scale: number; rounds: number }>> = {
  smoke: { scale: 0.003, rounds: 1 },
  usual: { scale: 0.25, rounds: 1 },
  long: { scale: 1, rounds: 3 },
};

const SUBJECTS = 2_000;
const AMPLE = 1_000_000_000;
const SEED = 20_261_121;

interface Row extends Outcome {
  load: string;
  contender: string;
  requestsPerDecision: number;
  commandsPerDecision: number;
}

let requests = 0;
const send = globalThis.fetch;

const columns = [
  { key: 'load', label: 'load' },
  { key: 'contender', label: 'limiter' },
  { key: 'perSecond', label: 'decisions/s' },
  { key: 'p50', label: 'p50, ms', digits: 2 },
  { key: 'p99', label: 'p99, ms', digits: 2 },
  { key: 'requestsPerDecision', label: 'requests', digits: 3 },
  { key: 'commandsPerDecision', label: 'Redis commands', digits: 2 },
];

/** Decisions a second and how long each takes, beside two other limiters. */
export const gate: Bench = {
  name: 'gate',
  async run(size) {
    globalThis.fetch = (input, init) => {
      requests += 1;
      return send(input, init);
    };
    try {
      const rows = [...(await benchClosedLoops(SIZES[size])), ...(await benchOpenLoops(SIZES[size]))];
      return {
        tables: [
          {
            title: 'Decisions of the gate, and of other limiters',
            columns,
            rows: rows.map((row) => ({ ...row })),
          },
        ],
      };
    } finally {
      globalThis.fetch = send;
    }
  },
};

type Amount = (typeof SIZES)[Size];

async function startServer(delayMs: number) {
  const path = fileURLToPath(new URL('./rest-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path, String(delayMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    server: { url: String(url).trim(), token: 'token' },
    async stop() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** Asks once more where the server has just closed a connection that nobody used. */
async function ask(url: string, ...words: string[]): Promise<string> {
  const request = () => send(url, { method: 'POST', body: JSON.stringify(words) });
  const response = await request().catch(request);
  return String(((await response.json()) as { result?: unknown }).result);
}

/** Runs a load, and counts what it costs; a script's own commands are counted, as Upstash bills them, the call of the script is not. */
async function measure(url: string, count: number, load: () => Promise<Outcome>) {
  await ask(url, 'CONFIG', 'RESETSTAT');
  const before = requests;
  const outcome = await load();
  const stats = await ask(url, 'INFO', 'commandstats');
  const commands = [...stats.matchAll(/cmdstat_(\w+)[^:]*:calls=(\d+)/g)]
    .filter(([, name]) => !/^(?:eval|evalsha|script|config|info)$/.test(name ?? ''))
    .reduce((sum, [, , calls]) => sum + Number(calls), 0);
  return {
    ...outcome,
    requestsPerDecision: (requests - before) / count,
    commandsPerDecision: commands / count,
  };
}

const medianOf = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** Each contender in turn, and again, so that what else the machine does falls on all; of the rounds the median of each figure. */
async function compare(
  { load, rounds: count }: { load: string; rounds: number },
  contenders: Contender[],
  run: (contender: Contender, round: number) => Promise<Omit<Row, 'load' | 'contender'>>,
): Promise<Row[]> {
  const rounds = new Map<string, Array<Omit<Row, 'load' | 'contender'>>>();
  for (let round = 0; round < count; round += 1)
    for (const index of contenders.keys()) {
      const contender = contenders[(index + round) % contenders.length];
      if (contender === undefined) continue;
      rounds.set(contender.name, [...(rounds.get(contender.name) ?? []), await run(contender, round)]);
    }
  return [...rounds].map(([contender, outcomes]) => {
    const median = (key: keyof Omit<Row, 'load' | 'contender'>) => medianOf(outcomes.map((one) => one[key]));
    const row: Row = {
      load,
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
      ...(await compare({ load: `closed loop, ${concurrency} at once`, rounds }, contenders, ({ take }) =>
        measure(server.url, calls, () => closedLoop((index) => take(idOf(index)), { calls, concurrency })),
      )),
    );
  }
  rows.push(...(await benchBlocked(server, { scale, rounds })));
  await stop();
  return rows;
}

async function benchBlocked(
  server: { url: string; token: string },
  { scale, rounds }: Amount,
): Promise<Row[]> {
  const { contendersOn } = await import('./contenders.ts');
  const contenders = contendersOn(server, 1);
  for (const { take } of contenders) for (let call = 0; call < 3; call += 1) await take('blocked');
  const calls = Math.round(200_000 * scale);
  return compare({ load: 'known to be blocked, 32 at once', rounds }, contenders, ({ take }) =>
    measure(server.url, calls, () => closedLoop(() => take('blocked'), { calls, concurrency: 32 })),
  );
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
        { load: `independent, ${perSecond}/s, +${delayMs} ms`, rounds },
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
