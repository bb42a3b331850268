import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasRedis, startRedisRestServer } from '../../servers/redis-rest.ts';
import { plansOf } from './gate-world.ts';

const PROCESSES = 8;
const CALLS = 10_000;
const script = fileURLToPath(new URL('./gate-process.ts', import.meta.url));

describe.runIf(hasRedis('10,000 requests of 8 processes at a limit of 100'))('8 processes', () => {
  it('get exactly 100 of 10,000 concurrent requests through a limit of 100, on a real Redis', async () => {
    const { stop, ...redis } = await startRedisRestServer();
    const settings = {
      plans: plansOf({}),
      redis,
      namespace: 'processes',
      calls: CALLS / PROCESSES,
      concurrency: CALLS / PROCESSES,
    };
    const instances = Array.from({ length: PROCESSES }, () => {
      const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(settings)]);
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      return { child, next: async () => String((await lines.next()).value) };
    });
    await Promise.all(instances.map(({ next }) => next()));
    for (const { child } of instances) child.stdin.write('go\n');
    const outcomes = await Promise.all(instances.map(async ({ next }) => JSON.parse(await next())));
    await stop();
    const sum = (key: 'passed' | 'degraded') => outcomes.reduce((total, outcome) => total + outcome[key], 0);
    expect(sum('degraded')).toBe(0);
    expect(sum('passed')).toBe(100);
  });
});
