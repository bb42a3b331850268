import * as z from 'zod/mini';

const Text = z.string();
const OptionalText = z.optional(Text);
/** What is sent in a header: one line break in it, and whatever sends it fails with an error that shows it. */
const Token = Text.check(
  z.regex(/^[\x21-\x7e]+$/, { error: 'has a blank, a line break or a letter that is not ASCII' }),
);
const OptionalToken = z.optional(Token);
const OptionalUrl = z.optional(z.url({ protocol: /^https?$/, error: 'is not an http(s) URL' }));

/**
 * Every variable Skene reads, by name. An empty string counts as not set. Nothing is read when a module loads: edge runtimes have
 * no environment then.
 */
export const VariablesSchema = z.object({
  /** Bearer token of the events function and the dashboard; signs unsubscribe links. */
  SKENE_SECRET: z.optional(
    Token.check(
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

  /** Where QStash is: the region of your account. */
  QSTASH_URL: OptionalUrl,
  /** QStash's token: starts and wakes runs. */
  QSTASH_TOKEN: OptionalToken,
  /** What QStash signs its calls with. */
  QSTASH_CURRENT_SIGNING_KEY: OptionalText,
  /** What it will sign with once the keys are rolled. */
  QSTASH_NEXT_SIGNING_KEY: OptionalText,
  /** Set where QStash's own development server, or ours, stands in for it. */
  QSTASH_DEV: z.optional(z.enum(['true', 'false', '1', '0'])),

  /** Where Upstash Redis is, in which Skene keeps its state. */
  UPSTASH_REDIS_REST_URL: OptionalUrl,
  /** Its token. */
  UPSTASH_REDIS_REST_TOKEN: OptionalToken,
  /** UPSTASH_REDIS_REST_URL under the name by which Vercel's Upstash integration sets it. */
  KV_REST_API_URL: OptionalUrl,
  /** UPSTASH_REDIS_REST_TOKEN likewise. */
  KV_REST_API_TOKEN: OptionalToken,

  /** Where Neon's HTTP endpoint is, when it is not the usual one (the local stack). */
  NEON_FETCH_ENDPOINT: OptionalUrl,

  /** Resend's key: sends emails. */
  RESEND_API_KEY: OptionalToken,
  /** Where Resend is, when it is not the usual place (the local inbox). */
  RESEND_BASE_URL: OptionalUrl,
  /** What Resend signs its webhooks with. */
  RESEND_WEBHOOK_SECRET: OptionalText,

  /** What Clerk signs its webhooks with. */
  CLERK_WEBHOOK_SIGNING_SECRET: OptionalText,
  /** CLERK_WEBHOOK_SIGNING_SECRET, as older guides of Clerk call it. */
  CLERK_WEBHOOK_SECRET: OptionalText,
  /** What Stripe signs its webhooks with. */
  STRIPE_WEBHOOK_SECRET: OptionalText,
  /** Stripe's key: asks what a customer subscribes to now. */
  STRIPE_SECRET_KEY: OptionalToken,
  /** Where Stripe's API is, when it is not the usual one (a stand-in). */
  STRIPE_API_URL: OptionalUrl,

  /** Set by Vercel: a preview mails nobody and runs no schedules. */
  VERCEL_ENV: z.optional(z.enum(['production', 'preview', 'development'])),
  /** Set by Vercel: the address of this deployment. */
  VERCEL_URL: OptionalText,
  /** Set by Vercel: the address of the production deployment. */
  VERCEL_PROJECT_PRODUCTION_URL: OptionalText,
  /** Set by Vercel: the branch, which keeps the state of previews apart. */
  VERCEL_GIT_COMMIT_REF: OptionalText,
  /** Set by Vercel with deployment protection: lets QStash through it. */
  VERCEL_AUTOMATION_BYPASS_SECRET: OptionalToken,
});

/** The variables as they were set, checked one by one. */
export type Variables = z.output<typeof VariablesSchema>;
