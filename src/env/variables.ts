import * as z from 'zod/mini';

const Text = z.string();
const OptionalText = z.optional(Text);
const OptionalUrl = z.optional(z.url({ protocol: /^https?$/, error: 'is not an http(s) URL' }));

/**
 * Every variable Skene reads, by name. An empty string counts as not set. Nothing is read when a module loads: edge runtimes have
 * no environment then.
 */
export const VariablesSchema = z.object({
  /** Bearer token of the events function and the dashboard; signs unsubscribe links. */
  SKENE_SECRET: z.optional(
    Text.check(
      z.minLength(16, {
        error: 'is shorter than 16 characters; make one with `openssl rand -base64 32`',
      }),
    ),
  ),
  /** Where the functions are reached: `https://app.example.com`. On Vercel it is known without. */
  SKENE_URL: OptionalUrl,
  /** Sender of emails: `Ada <ada@example.com>`. */
  SKENE_FROM: OptionalText,
  /** The longest wait of the Upstash plan: 7d on the free one (the default), 365d when paying as you go. */
  SKENE_LONGEST_WAIT: OptionalText,

  /** How many batches of emails a second Resend takes from an audience's pass; 4 unless told. */
  SKENE_RESEND_RATE: z.optional(
    Text.check(z.regex(/^(?:[1-9]\d{0,3})$/, { error: 'is not a whole number from 1' })),
  ),

  QSTASH_URL: OptionalUrl,
  QSTASH_TOKEN: OptionalText,
  QSTASH_CURRENT_SIGNING_KEY: OptionalText,
  QSTASH_NEXT_SIGNING_KEY: OptionalText,
  QSTASH_DEV: z.optional(z.enum(['true', 'false', '1', '0'])),

  UPSTASH_REDIS_REST_URL: OptionalUrl,
  UPSTASH_REDIS_REST_TOKEN: OptionalText,
  /** The names under which Vercel's Upstash integration sets the same. */
  KV_REST_API_URL: OptionalUrl,
  KV_REST_API_TOKEN: OptionalText,

  /** Where Neon's HTTP endpoint is, when it is not the usual one (the local stack). */
  NEON_FETCH_ENDPOINT: OptionalUrl,

  RESEND_API_KEY: OptionalText,
  RESEND_BASE_URL: OptionalUrl,
  RESEND_WEBHOOK_SECRET: OptionalText,

  CLERK_WEBHOOK_SIGNING_SECRET: OptionalText,
  /** As older guides of Clerk call it. */
  CLERK_WEBHOOK_SECRET: OptionalText,
  STRIPE_WEBHOOK_SECRET: OptionalText,
  STRIPE_SECRET_KEY: OptionalText,
  /** Where Stripe's API is, when it is not the usual one (a stand-in). */
  STRIPE_API_URL: OptionalUrl,

  VERCEL_ENV: z.optional(z.enum(['production', 'preview', 'development'])),
  VERCEL_URL: OptionalText,
  VERCEL_PROJECT_PRODUCTION_URL: OptionalText,
  VERCEL_GIT_COMMIT_REF: OptionalText,
  VERCEL_AUTOMATION_BYPASS_SECRET: OptionalText,
});

/** The variables as they were set, checked one by one. */
export type Variables = z.output<typeof VariablesSchema>;
