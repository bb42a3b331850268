import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Result } from '../../../bench/bench.ts';
import { fillPage } from '../../../bench/docs/page.ts';
import { drawPlot } from '../../../bench/docs/plot.ts';
import { DAY_S, simulateDay } from '../../../bench/scale/simulate-day.ts';
import { hasMariadb } from '../../servers/mariadb.ts';
import { hasPostgres } from '../../servers/postgres.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'skene-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  return spawnSync(
    process.execPath,
    ['--import', 'tsx', 'bench/main.ts', ...args, '--smoke', '--out', folder],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
}

const resultOf = (bench: string): Result => JSON.parse(readFileSync(join(folder, `${bench}.json`), 'utf8'));

describe('npm run bench', () => {
  it('measures what is named, prints it, and keeps it with the machine it was measured on', () => {
    const { status, stdout, stderr } = run('engine', 'waiting', 'qstash');
    expect(stderr).not.toContain('Error');
    expect(status).toBe(0);
    expect(stdout).toContain('skene dev: its QStash, @upstash/workflow');
    const { bench, command, size, machine, tables, plots } = resultOf('engine');
    expect({ bench, command, size }).toEqual({
      bench: 'engine',
      command: 'npm run bench -- engine --smoke',
      size: 'smoke',
    });
    expect(machine).toMatchObject({ node: process.version });
    expect(plots).toBeUndefined();
    const [row] = tables[0]?.rows ?? [];
    expect(row?.runsPerSecond).toBeGreaterThan(0);
    expect(row?.work).toMatch(/billed messages/);
    const grown = resultOf('waiting');
    expect(grown.tables[0]?.rows.map(({ waiting }) => waiting)).toEqual([5, 10]);
    expect(grown.plots?.map(({ series }) => series[0]?.points.length)).toEqual([2, 2, 2]);
    expect(resultOf('qstash').plots?.[0]?.series).toHaveLength(3);
  });

  it.skipIf(!hasPostgres('the bench of the outbox'))(
    'measures the outbox and polling on real servers',
    () => {
      expect(run('database').status).toBe(0);
      const [inserts, , , polled] = resultOf('database').tables;
      expect(inserts?.rows.map(({ off, on }) => Number(off) > 0 && Number(on) > 0)).toEqual([true, true]);
      const found = polled?.rows.map(({ perSecond }) => Number(perSecond) > 0);
      expect(found).toEqual(hasMariadb('the bench of polling') ? [true] : undefined);
    },
  );

  it('measures worlds of the test kit', () => {
    expect(run('worlds').status).toBe(0);
    const rows = resultOf('worlds').tables[0]?.rows ?? [];
    expect(rows.map(({ world }) => world)).toEqual([
      'the first of a process',
      'the second',
      'each further one',
    ]);
    for (const { made, met, timedOut } of rows)
      expect([made, met, timedOut].filter((ms) => Number(ms) > 0)).toHaveLength(3);
  });

  it('says what there is when something else is named', () => {
    const { status, stderr } = run('everything');
    expect([status, stderr]).toEqual([2, expect.stringContaining('there are engine, waiting, qstash')]);
  });
});

const result: Result = {
  bench: 'outbox',
  command: 'npm run bench -- outbox',
  size: 'usual',
  takenAt: '2026-11-21T12:00:00.000Z',
  seconds: 1,
  machine: { cpus: 2, model: 'Any', memoryGb: 1, platform: 'linux x64', node: 'v20.0.0', loadBefore: 0.5 },
  tables: [
    {
      title: 'Rows',
      columns: [
        { key: 'name', label: 'name' },
        { key: 'perSecond', label: 'rows/s', digits: 1 },
      ],
      rows: [
        { name: 'few', perSecond: 1234.56 },
        { name: 'none', perSecond: null },
      ],
    },
  ],
  plots: [
    {
      name: 'outbox',
      title: 'A < B',
      x: 'rows',
      y: 'rows/s',
      series: [
        {
          name: 'one',
          points: [
            [10, 100],
            [1000, 10],
          ],
        },
      ],
    },
  ],
};

describe('npm run bench:docs', () => {
  it('fills the page between its marks, again and again, and leaves what was not measured', () => {
    const page =
      'Before\n<!-- bench: outbox -->\nold\n<!-- end -->\n<!-- bench: other -->\nkept\n<!-- end -->\n';
    const filled = fillPage(page, new Map([['outbox', result]]));
    expect(filled).toContain('| name | rows/s |\n| --- | --: |\n| few | 1,234.6 |\n| none | – |');
    expect(filled).toContain('![A < B](images/bench-outbox.svg)');
    expect(filled).toContain('<!-- bench: other -->\nkept\n<!-- end -->');
    expect(filled).not.toContain('old');
    expect(fillPage(filled, new Map([['outbox', result]]))).toBe(filled);
  });

  it('draws a line for each series', () => {
    const [plot] = result.plots ?? [];
    const svg = plot === undefined ? '' : drawPlot(plot);
    expect(svg).toContain('aria-label="A &lt; B"');
    expect(svg.match(/<path d="M72,/g)).toHaveLength(1);
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg).not.toContain('NaN');
  });

  it('leaves out what has no place on a logarithmic axis', () => {
    const points = [
      [10, -1],
      [100, 0],
      [1000, 5],
      [10_000, 50],
    ] as const;
    const svg = drawPlot({ name: 'x', title: 'x', x: 'x', y: 'y', series: [{ name: 'one', points }] });
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});

describe('a simulated day', () => {
  const load = {
    arrivalsPerDay: DAY_S,
    peak: 2,
    deliveriesPerArrival: 3,
    deliveryMs: 500,
    drains: 1,
    drainPerSecond: 10,
    drainSeconds: 60,
    concurrency: 10,
    outage: undefined,
  };

  it('has nobody wait where everything is faster than its peak', () => {
    const day = simulateDay(load);
    expect(day.peakPerSecond).toBeCloseTo(2, 1);
    expect([day.outboxDelayS, day.queueDelayS]).toEqual([0, 0]);
    expect(day.leftOver).toBeCloseTo(0, 3);
  });

  it('has rows wait in the outbox for as long as an outage lasts, and loses none', () => {
    const day = simulateDay({ ...load, outage: { hour: 3, hours: 1 } });
    expect(day.outboxDelayS).toBe(3_599);
    expect(day.outbox).toBeGreaterThan(1_000);
    expect(day.leftOver).toBeCloseTo(0, 3);
  });

  it('tells what is too slow: drains or deliveries', () => {
    expect(simulateDay({ ...load, drainSeconds: 3 }).outbox).toBeGreaterThan(10_000);
    const { outbox, queue } = simulateDay({ ...load, concurrency: 1 });
    expect([outbox, queue > 10_000]).toEqual([0, true]);
  });
});
