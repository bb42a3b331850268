import { fileURLToPath } from 'node:url';
import { EdgeVM } from '@edge-runtime/vm';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { Gate } from '../../../src/gate/index.ts';
import { plansOf, startLocalRedis } from './gate-world.ts';

/** The gate, bundled for a runtime that has the Web's APIs and nothing of Node's. */
async function bundledGate(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../../src/gate/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'skene',
    platform: 'browser',
    conditions: ['edge-light', 'worker'],
    target: 'es2022',
  });
  return outputFiles[0]?.text ?? '';
}

describe("in Vercel's edge runtime", () => {
  it('the gate decides, refuses, gives back and heeds a plan, with nothing of Node at hand', async () => {
    const redis = await startLocalRedis();
    const edge = new EdgeVM();
    expect(edge.evaluate('[typeof process, typeof require, typeof Buffer, typeof EdgeRuntime].join()')).toBe(
      'undefined,undefined,undefined,string',
    );
    edge.evaluate(await bundledGate());
    const settings = {
      plans: plansOf({ limit: { free: 2, pro: 5 } }),
      redis,
      namespace: 'edge',
      timeoutMs: 30_000,
    };
    edge.context.settings = JSON.stringify(settings);
    const gate = edge.evaluate<Gate>('skene.createGate(JSON.parse(settings))');
    const route = { method: 'POST', path: '/api/features/export' };
    const take = () => gate.take({ subject: 'ada', route });
    const first = await take();
    await take();
    expect([(await take()).verdict, (await take()).degraded]).toEqual(['limit', false]);
    await first.undo();
    expect(await take()).toMatchObject({
      allowed: true,
      headers: { RateLimit: expect.stringContaining('r=0') },
    });
    const period = { periodStart: Date.now() - 1_000, periodEnd: Date.now() + 86_400_000 };
    await gate.setPlan('ada', { plan: 'pro', customer: 'cus', isPaying: true, version: 1, ...period });
    expect(await take()).toMatchObject({ allowed: true, plan: 'pro' });
    await gate.settled();
    await redis.stop();
  });
});
