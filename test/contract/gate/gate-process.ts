/** An instance of an app in a process of its own: takes so many units at once, again and again, and prints how many it got. */
import { createGate } from '../../../src/gate/index.ts';

const { plans, redis, namespace, calls, concurrency } = JSON.parse(process.argv[2] ?? '{}');
const gate = createGate({ plans, redis, namespace, timeoutMs: 30_000 });
let left: number = calls;
let passed = 0;
let degraded = 0;

async function work(): Promise<void> {
  while (left-- > 0) {
    const taken = await gate.take({
      subject: 'ada',
      route: { method: 'POST', path: '/api/features/export' },
    });
    if (taken.allowed) passed += 1;
    if (taken.degraded) degraded += 1;
  }
}

// Ready; all begin at once when they are told to.
console.log('ready');
process.stdin.once('data', async () => {
  await Promise.all(Array.from({ length: concurrency }, work));
  console.log(JSON.stringify({ passed, degraded }));
  process.exit();
});
