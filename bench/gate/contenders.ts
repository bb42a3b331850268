import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import { build } from 'esbuild';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { compileConfig } from '../../src/compile/index.ts';
import { resolveConfig } from '../../src/config/index.ts';
import type * as SkeneGate from '../../src/gate/index.ts';

/** Whoever decides whether a call is within its limit. */
export interface Contender {
  name: string;
  /** Asks for one unit. */
  take(id: string): Promise<boolean>;
}

/** A server of Upstash's REST protocol. */
interface Server {
  url: string;
  token: string;
}

/** The gate as it is shipped, compiled: the others are not run from their sources either. */
async function compiledGate(): Promise<typeof SkeneGate> {
  const outdir = mkdtempSync(join(tmpdir(), 'skene-bench-'));
  const entry = fileURLToPath(new URL('../../src/gate/index.ts', import.meta.url));
  await build({
    entryPoints: { gate: entry },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
  });
  return import(pathToFileURL(join(outdir, 'gate.mjs')).href);
}

const { createGate } = await compiledGate();

/** Each with this limit in 30 days, over the same transport: Upstash's REST protocol. Their prefixes keep them apart. */
export function contendersOn(server: Server, limit: number): Contender[] {
  const redis = new Redis({ ...server, enableTelemetry: false });
  const upstash = (
    name: string,
    limiter: ConstructorParameters<typeof Ratelimit>[0]['limiter'],
  ): Contender => {
    const ratelimit = new Ratelimit({ redis, limiter, prefix: `bench-${name}-${limit}`, timeout: 0 });
    return {
      name: `@upstash/ratelimit ${name}`,
      take: async (id) => (await ratelimit.limit(id)).success,
    };
  };
  return [
    skene(server, limit),
    upstash('fixedWindow', Ratelimit.fixedWindow(limit, '30 d')),
    upstash('slidingWindow', Ratelimit.slidingWindow(limit, '30 d')),
    upstash('tokenBucket', Ratelimit.tokenBucket(limit, '30 d', limit)),
    flexible(redis, limit),
  ];
}

function skene(redis: Server, limit: number): Contender {
  const config = {
    id: 'bench',
    type: 'freemium',
    opinion: 'Whoever needs more pays for it.',
    steps: [
      {
        trigger: { type: 'api', endpoint: '/api/features/*', method: 'POST' },
        condition: { type: 'usage', limit: { free: limit }, period: '30d' },
        action: { type: 'block', message: 'Upgrade to continue.' },
      },
    ],
  };
  const { plans } = compileConfig(resolveConfig({ loops: [config] }));
  const gate = createGate({ plans, redis, namespace: `bench-${limit}`, timeoutMs: 30_000 });
  const route = { method: 'POST', path: '/api/features/export' };
  return {
    name: 'skene',
    async take(id) {
      const taken = await gate.take({ subject: id, route });
      if (taken.degraded) throw new Error('Redis did not answer in time: what is measured is the policy.');
      taken.commit();
      return taken.allowed;
    },
  };
}

/** rate-limiter-flexible speaks to ioredis over TCP; here its script goes over the transport of the others. */
function flexible(redis: Redis, limit: number): Contender {
  let script: ReturnType<typeof redis.createScript<[number, number]>> | undefined;
  const storeClient = {
    defineCommand(_name: string, { lua }: { lua: string }) {
      script = redis.createScript<[number, number]>(lua);
    },
    rlflxIncr: ([key = '', ...args]: string[]) => script?.exec([key], args),
  };
  const limiter = new RateLimiterRedis({
    storeClient,
    keyPrefix: `bench-flexible-${limit}`,
    points: limit,
    duration: 30 * 86_400,
    inMemoryBlockOnConsumed: limit + 1,
  });
  return {
    name: 'rate-limiter-flexible',
    take: (id) =>
      limiter.consume(id).then(
        () => true,
        (refusal: unknown) => {
          if (refusal instanceof Error) throw refusal;
          return false;
        },
      ),
  };
}
