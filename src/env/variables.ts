import * as z from 'zod';

const Url = z.url({ protocol: /^https?$/, error: 'is not an http(s) URL' });
const Text = z.string();

/**
 * Every variable Skene reads, by name. An empty string counts as not set. Nothing is read when a module loads: edge runtimes have
 * no environment then.
 */
export const VariablesSchema = z.object({
  /** Bearer token of the events function and the dashboard; signs unsubscribe links. */
  SKENE_SECRET: Text.min(16, {
    error: 'is shorter than 16 characters; make one with `openssl rand -base64 32`',
  }).optional(),
  /** Where the functions are reached: `https://app.example.com`. On Vercel it is known without. */
  SKENE_URL: Url.optional(),
  /** Sender of emails: `Ada <ada@example.com>`. */
  SKENE_FROM: Text.optional(),
  /** The longest wait of the Upstash plan: 7d on the free one (the default), 365d when paying as you go. */
  SKENE_LONGEST_WAIT: Text.optional(),

  QSTASH_URL: Url.optional(),
  QSTASH_TOKEN: Text.optional(),
  QSTASH_CURRENT_SIGNING_KEY: Text.optional(),
  QSTASH_NEXT_SIGNING_KEY: Text.optional(),
  QSTASH_DEV: z.enum(['true', 'false', '1', '0']).optional(),

  UPSTASH_REDIS_REST_URL: Url.optional(),
  UPSTASH_REDIS_REST_TOKEN: Text.optional(),
  /** The names under which Vercel's Upstash integration sets the same. */
  KV_REST_API_URL: Url.optional(),
  KV_REST_API_TOKEN: Text.optional(),

  /** Where Neon's HTTP endpoint is, when it is not the usual one (the local stack). */
  NEON_FETCH_ENDPOINT: Url.optional(),

  RESEND_API_KEY: Text.optional(),
  RESEND_BASE_URL: Url.optional(),
  RESEND_WEBHOOK_SECRET: Text.optional(),

  VERCEL_ENV: z.enum(['production', 'preview', 'development']).optional(),
  VERCEL_URL: Text.optional(),
  VERCEL_PROJECT_PRODUCTION_URL: Text.optional(),
  VERCEL_GIT_COMMIT_REF: Text.optional(),
  VERCEL_AUTOMATION_BYPASS_SECRET: Text.optional(),
});

/** The variables as they were set, checked one by one. */
export type Variables = z.output<typeof VariablesSchema>;
