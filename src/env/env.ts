import { EnvError } from '../errors/index.ts';
import { type Variables, VariablesSchema } from './variables.ts';

/** How this deployment reaches the services it stands on. Each getter reads on first use and names what is missing. */
export interface Env {
  /** `production`, or `preview-<branch>`: what keeps the keys of one deployment apart from another's. */
  readonly namespace: string;
  /** A preview deployment: it mails nobody and runs no schedules. */
  readonly isPreview: boolean;
  /**
   * Where the functions are reached, without a slash at the end: `https://app.example.com/api`. A path in SKENE_URL says where an app has
   * mounted them.
   */
  readonly functionsUrl: string;
  readonly secret: string;
  readonly from: string | undefined;
  readonly longestWait: string | undefined;
  /** How many batches of emails are sent in a second. */
  readonly resendRate: number;
  readonly qstash: { url: string | undefined; token: string };
  readonly signingKeys: { current: string; next: string };
  readonly redis: { url: string; token: string };
  readonly neonEndpoint: string | undefined;
  readonly resend: { apiKey: string; baseUrl: string | undefined };
  readonly stripe: { apiKey: string; url: string | undefined };
  /** What providers sign their webhooks with, each needed when the first comes. */
  readonly webhookSecrets: { readonly clerk: string; readonly stripe: string; readonly resend: string };
  /** Headers that let QStash through Vercel's deployment protection. */
  readonly bypassHeaders: Record<string, string>;
  /** The value of any other variable, by name; what the config refers to (`DATABASE_URL`). */
  read(name: string): string | undefined;
  /** As {@link Env.read}. @throws {EnvError} when it is not set. */
  require(name: string): string;
}

/** Resend takes 5 requests a second from a team: one is left to emails that are sent alone. */
const USUAL_RESEND_RATE = 4;

/** Where variables come from; `process.env` unless told. */
export type EnvSource = Record<string, string | undefined>;

/**
 * Reads the environment, lazily: a function that never sends an email does not need Resend's key.
 * @param mount the path of the functions where SKENE_URL names none.
 */
export function createEnv(source?: EnvSource, mount = '/api'): Env {
  const from = (): EnvSource => source ?? process.env;

  function get<TName extends keyof Variables>(name: TName): Variables[TName] {
    const text = from()[name];
    if (text === undefined || text.trim() === '') return undefined;
    const result = VariablesSchema.shape[name].safeParse(text.trim());
    if (result.success) return result.data as Variables[TName];
    throw new EnvError('ENV_INVALID', `${name} ${result.error.issues[0]?.message ?? 'is not right'}.`, {
      hint: 'Correct it where the deployment keeps its environment, or in .env.local.',
    });
  }

  function need<TName extends keyof Variables>(name: TName, purpose: string): NonNullable<Variables[TName]> {
    const value = get(name);
    if (value !== undefined) return value as NonNullable<Variables[TName]>;
    throw new EnvError('ENV_MISSING', `${name} is not set.`, {
      hint: `It is needed ${purpose}; see .env.example.`,
    });
  }

  return {
    get namespace() {
      if (get('VERCEL_ENV') !== 'preview') return 'production';
      return `preview-${(get('VERCEL_GIT_COMMIT_REF') ?? 'branch').replace(/[^\w-]+/g, '-')}`;
    },
    get isPreview() {
      return get('VERCEL_ENV') === 'preview';
    },
    get functionsUrl() {
      const httpsTo = (host: string | undefined) => (host === undefined ? undefined : `https://${host}`);
      const deployment = httpsTo(get('VERCEL_URL'));
      const production = httpsTo(get('VERCEL_PROJECT_PRODUCTION_URL'));
      // A preview that finds production's SKENE_URL would have production run its loops, and mail real people.
      const told = get('SKENE_URL');
      const url = this.isPreview ? (deployment ?? told) : (told ?? production ?? deployment);
      const { origin } = new URL(url ?? need('SKENE_URL', 'so that QStash knows where to call'));
      const path = new URL(told ?? origin).pathname.replace(/\/+$/, '');
      return `${origin}${path === '' ? mount : path}`;
    },
    get secret() {
      return need('SKENE_SECRET', 'to accept events and to sign links');
    },
    get from() {
      return get('SKENE_FROM');
    },
    get resendRate() {
      return Number(get('SKENE_RESEND_RATE') ?? USUAL_RESEND_RATE);
    },
    get longestWait() {
      return get('SKENE_LONGEST_WAIT');
    },
    get qstash() {
      return { url: get('QSTASH_URL'), token: need('QSTASH_TOKEN', 'to start runs') };
    },
    get signingKeys() {
      return {
        current: need('QSTASH_CURRENT_SIGNING_KEY', "to verify QStash's calls"),
        next: need('QSTASH_NEXT_SIGNING_KEY', "to verify QStash's calls"),
      };
    },
    get redis() {
      const url = get('UPSTASH_REDIS_REST_URL') ?? get('KV_REST_API_URL');
      const token = get('UPSTASH_REDIS_REST_TOKEN') ?? get('KV_REST_API_TOKEN');
      return {
        url: url ?? need('UPSTASH_REDIS_REST_URL', 'to keep state'),
        token: token ?? need('UPSTASH_REDIS_REST_TOKEN', 'to keep state'),
      };
    },
    get neonEndpoint() {
      return get('NEON_FETCH_ENDPOINT');
    },
    get resend() {
      return {
        apiKey: need('RESEND_API_KEY', 'to send email'),
        baseUrl: get('RESEND_BASE_URL'),
      };
    },
    get stripe() {
      return {
        apiKey: need('STRIPE_SECRET_KEY', 'to ask what a customer subscribes to'),
        url: get('STRIPE_API_URL'),
      };
    },
    webhookSecrets: {
      get clerk() {
        const named = get('CLERK_WEBHOOK_SIGNING_SECRET') ?? get('CLERK_WEBHOOK_SECRET');
        return named ?? need('CLERK_WEBHOOK_SIGNING_SECRET', "to verify Clerk's webhooks");
      },
      get stripe() {
        return need('STRIPE_WEBHOOK_SECRET', "to verify Stripe's webhooks");
      },
      get resend() {
        return need('RESEND_WEBHOOK_SECRET', "to verify Resend's webhooks");
      },
    },
    get bypassHeaders() {
      const secret = get('VERCEL_AUTOMATION_BYPASS_SECRET');
      return secret === undefined ? {} : { 'x-vercel-protection-bypass': secret };
    },
    read: (name) => {
      const text = from()[name]?.trim();
      return text === '' ? undefined : text;
    },
    require(name) {
      const value = this.read(name);
      if (value !== undefined) return value;
      throw new EnvError('ENV_MISSING', `${name} is not set.`, {
        hint: 'The configuration refers to it; see .env.example.',
      });
    },
  };
}
