import { createEnv, type Env, type EnvSource } from '../env/index.ts';
import { DEV_SIGNING_KEYS, DEV_TOKEN } from './qstash/dev-keys.ts';

/** The token of the local Redis and the secret of the local functions: they guard nothing but this machine's loopback. */
export const DEV_REDIS_TOKEN = 'skene-dev-redis';
export const DEV_SECRET = 'skene-dev-secret';

/** What the local webhooks are signed with; known to everybody, like all keys of the local stack. */
export const DEV_WEBHOOK_SECRETS = {
  CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_c2tlbmUtZGV2LWNsZXJr',
  STRIPE_WEBHOOK_SECRET: 'whsec_skene_dev_stripe',
  RESEND_WEBHOOK_SECRET: 'whsec_c2tlbmUtZGV2LXJlc2VuZA==',
};

/** Who emails are from where nobody is named. */
export const DEV_SENDER = 'Skene <hello@example.com>';

/** Where the parts of the local stack are reached. */
export interface DevUrls {
  functions: string;
  qstash: string;
  redis: string;
  inbox: string;
  database: string;
  /** PlanetScale's HTTP protocol before the team's own MySQL, with user and password as its client takes it. */
  planetscale?: string | undefined;
  /** Neon's HTTP protocol before the embedded PostgreSQL; absent when the team's own database is used. */
  neon?: string | undefined;
}

/** The environment in which the functions run locally: the same variables as in production, with local URLs. */
export function devVariables(urls: DevUrls): Record<string, string> {
  return {
    SKENE_URL: urls.functions,
    SKENE_SECRET: DEV_SECRET,
    SKENE_FROM: process.env.SKENE_FROM ?? DEV_SENDER,
    QSTASH_URL: urls.qstash,
    QSTASH_TOKEN: DEV_TOKEN,
    QSTASH_CURRENT_SIGNING_KEY: DEV_SIGNING_KEYS.current,
    QSTASH_NEXT_SIGNING_KEY: DEV_SIGNING_KEYS.next,
    UPSTASH_REDIS_REST_URL: urls.redis,
    UPSTASH_REDIS_REST_TOKEN: DEV_REDIS_TOKEN,
    RESEND_API_KEY: 're_dev',
    RESEND_BASE_URL: urls.inbox,
    ...DEV_WEBHOOK_SECRETS,
    ...stripeVariables(urls),
    ...(urls.neon === undefined ? {} : { NEON_FETCH_ENDPOINT: urls.neon }),
  };
}

/** Stripe itself, in its test mode, where a key says so; else what stands for it. */
function stripeVariables({ functions }: DevUrls): Record<string, string> {
  const { STRIPE_SECRET_KEY: key, STRIPE_API_URL: url } = process.env;
  return key ? { STRIPE_SECRET_KEY: key } : { STRIPE_SECRET_KEY: 'sk_dev', STRIPE_API_URL: url ?? functions };
}

/** The same as an {@link Env}; the configuration may name any variable for the database's URL, and `more` put others in their place. */
export function createDevEnv(urls: DevUrls, urlVariable: string, more: EnvSource = {}): Env {
  return createEnv({
    ...process.env,
    ...devVariables(urls),
    VERCEL_ENV: undefined,
    [urlVariable]: urls.planetscale ?? urls.database,
    ...more,
  });
}
