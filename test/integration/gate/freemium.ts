import { type GateFrontOptions, openGate } from '../../../src/adapters/gate.ts';
import { compileConfig } from '../../../src/compile/index.ts';
import { type LoopInput, resolveConfig } from '../../../src/config/index.ts';
import { DEV_SECRET } from '../../../src/dev/index.ts';
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

/** The gate of an app on the Redis of a world, and on its clock. */
export function openGateIn(
  { stack }: World,
  loop: LoopInput,
  options: Partial<GateFrontOptions> = {},
): ReturnType<typeof openGate> {
  const { env, urls, clock } = stack;
  return openGate(
    { deployment: compileConfig(resolveConfig(loop)) },
    {
      subject: { header: 'x-user' },
      now: clock.now,
      variables: {
        UPSTASH_REDIS_REST_URL: env.redis.url,
        UPSTASH_REDIS_REST_TOKEN: env.redis.token,
        SKENE_URL: urls.functions,
        SKENE_SECRET: DEV_SECRET,
      },
      ...options,
    },
  );
}
