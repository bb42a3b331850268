import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../../src/dev/clock.ts';
import { createQStash, DEV_TOKEN, type QStash } from '../../src/dev/qstash/index.ts';
import type { Bench, Size } from '../bench.ts';

const SIZES: Readonly<Record<Size, readonly number[]>> = {
  smoke: [100],
  usual: [1_000, 10_000, 100_000],
  long: [1_000, 10_000, 100_000, 1_000_000],
};

const SERVER = 'http://qstash.bench';
const APP = 'http://app.bench/main';
const BATCH = 1_000;

/** The local QStash alone, in this process: what is measured is the server and its journal, without a socket or a client. */
export const qstash: Bench = {
  name: 'qstash',
  async run(size) {
    const rows = [];
    for (const count of SIZES[size]) rows.push(await measureMessages(count));
    return {
      tables: [
        {
          title: 'The local QStash alone, its journal on disk',
          columns: [
            { key: 'count', label: 'messages' },
            { key: 'delivered', label: 'published and delivered a second' },
            { key: 'kept', label: 'kept for later a second, by thousands' },
            { key: 'replayed', label: 'ms to open the journal that keeps them' },
          ],
          rows,
        },
      ],
      plots: [
        {
          name: 'qstash',
          title: 'The local QStash as it fills',
          x: 'messages',
          y: 'messages per second, and ms to open',
          series: [
            {
              name: 'published and delivered per second',
              points: rows.map((row) => [row.count, row.delivered] as const),
            },
            { name: 'kept for later per second', points: rows.map((row) => [row.count, row.kept] as const) },
            { name: 'ms to open the journal', points: rows.map((row) => [row.count, row.replayed] as const) },
          ],
        },
      ],
    };
  },
};

async function measureMessages(count: number) {
  const folder = mkdtempSync(join(tmpdir(), 'skene-bench-qstash-'));
  try {
    const delivered = await perSecond(count, async () => {
      const server = open(join(folder, 'delivered.jsonl'));
      for (let sent = 0; sent < count; sent += 1) await server.handle(post(`/v2/publish/${APP}`, '{"n":1}'));
      await server.idle();
      server.close();
    });
    const journal = join(folder, 'kept.jsonl');
    const item = { destination: APP, headers: { 'upstash-delay': '1h' }, body: '{"n":1}' };
    const batch = JSON.stringify(Array.from({ length: Math.min(BATCH, count) }, () => item));
    const kept = await perSecond(count, async () => {
      const server = open(journal);
      for (let sent = 0; sent < count; sent += BATCH) await server.handle(post('/v2/batch', batch));
      server.close();
    });
    const startedAt = performance.now();
    open(journal).close();
    return { count, delivered, kept, replayed: performance.now() - startedAt };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (count / (performance.now() - startedAt)) * 1000;
}

function open(journal: string): QStash {
  const accept = async () => new Response(null, { status: 200 });
  return createQStash({ clock: createClock({ frozen: true }), journal, url: SERVER, fetch: accept });
}

function post(path: string, body: string): Request {
  return new Request(SERVER + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${DEV_TOKEN}` },
    body,
  });
}
