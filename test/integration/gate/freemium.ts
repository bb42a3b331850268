import { fileURLToPath } from 'node:url';
import {
  type GatedApp,
  type GateFront,
  type GateFrontOptions,
  openGate,
} from '../../../src/adapters/gate.ts';
import { compileConfig } from '../../../src/compile/index.ts';
import { type LoopInput, resolveConfig } from '../../../src/config/index.ts';
import { DEV_SECRET } from '../../../src/dev/index.ts';
import { loadConfig } from '../../../src/project/load.ts';
import type { World } from '../../../src/testing/index.ts';

/** A loop that lets the free plan call a feature `free` times in 30 days. */
export function freemium(free: number): LoopInput {
  return {
    type: 'freemium',
    opinion: 'Enforce usage limits for free tier users and trigger upgrade prompts',
    steps: [
      {
        trigger: { type: 'api', endpoint: '/api/features/*', method: 'POST' },
        condition: { type: 'usage', limit: { free, paid: Number.POSITIVE_INFINITY }, period: '30d' },
        action: {
          type: 'block',
          message: "You've reached your free tier limit. Upgrade to continue.",
          upgradeUrl: 'https://example.com/upgrade',
          upgradePrompt: { type: 'email', provider: 'resend', template: 'upgrade_prompt' },
        },
      },
    ],
    recovery: { retries: 0 },
  };
}

/** The seed's loop, as its users were promised it but for its apostrophe. */
export async function loadSeed(): Promise<LoopInput> {
  const file = '../../fixtures/seeds/mended/next-planetscale-clerk-stripe.skene.config.ts';
  const loaded = await loadConfig(fileURLToPath(new URL(file, import.meta.url)));
  if ('issues' in loaded) throw new Error(loaded.issues[0]?.message);
  return loaded.exported as LoopInput;
}

/** What a gate of an app needs to stand on the Redis of a world, and on its clock. */
export function gateOptionsIn({ stack }: World): Pick<GateFrontOptions, 'now' | 'variables'> {
  const { env, urls, clock } = stack;
  return {
    now: clock.now,
    variables: {
      UPSTASH_REDIS_REST_URL: env.redis.url,
      UPSTASH_REDIS_REST_TOKEN: env.redis.token,
      SKENE_URL: `${urls.functions}/api`,
      SKENE_SECRET: DEV_SECRET,
      DATABASE_URL: urls.database,
    },
  };
}

/** The gate of an app in a world. Without a driver it leaves the database to the functions. */
export function openGateIn(
  world: World,
  loop: LoopInput,
  { openDatabase, ...options }: Partial<GateFrontOptions> & Pick<GatedApp, 'openDatabase'> = {},
): GateFront {
  return openGate(
    { deployment: compileConfig(resolveConfig(loop)), openDatabase },
    { subject: { header: 'x-user' }, ...gateOptionsIn(world), ...options },
  );
}
