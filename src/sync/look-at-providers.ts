import { parseMailbox } from '../email/address.ts';
import { connectResend } from '../email/resend.ts';
import type { Env } from '../env/index.ts';
import { isSkeneError } from '../errors/index.ts';
import type { Deployment } from '../plan/index.ts';
import { connectStripe } from '../sources/stripe.ts';
import { type Finding, look } from './finding.ts';
import { type ProvidersUsed, providersUsed } from './webhooks/providers-used.ts';

type Resend = Awaited<ReturnType<typeof connectResend>>;
type Usage = NonNullable<Awaited<ReturnType<Resend['usage']['get']>>['data']>;

/** Looks at the accounts behind the loops: whether Resend sends for the sender's domain and how much it still sends, and which Stripe answers. */
export async function lookAtProviders(env: Env, deployment: Deployment): Promise<Finding[]> {
  const used = providersUsed(deployment);
  const findings = await Promise.all([
    ...(used.resend === undefined ? [] : [lookAtResend(env, deployment)]),
    ...(used.stripe === undefined ? [] : [look('Stripe', () => lookAtStripe(env))]),
    ...lookAtSecrets(env, used),
  ]);
  return findings.flat();
}

/** A webhook whose secret is not set is refused. */
function lookAtSecrets(env: Env, used: ProvidersUsed): Array<Promise<Finding[]>> {
  const lost = {
    clerk: { name: 'Clerk webhooks', state: 'problem', loss: 'nobody who signs up is seen' },
    stripe: { name: 'Stripe webhooks', state: 'problem', loss: 'nobody who pays is seen' },
    resend: { name: 'Resend webhooks', state: 'warning', loss: 'bounces and complaints stop no email' },
  } as const;
  return (['clerk', 'stripe', 'resend'] as const)
    .filter((provider) => used[provider] !== undefined)
    .map((provider) => {
      const { name, state, loss } = lost[provider];
      return look(name, () => {
        try {
          return env.webhookSecrets[provider] && 'their signing key is set';
        } catch (error) {
          if (!isSkeneError(error, 'ENV_MISSING')) throw error;
          return {
            state,
            detail: `${error.message.replace(/\.$/, '')}: ${loss}`,
            hint: 'skene sync --webhooks says which endpoint to make, and what to set.',
          };
        }
      });
    });
}

/** A key of the test mode in production is as good as none. */
async function lookAtStripe(env: Env): Promise<string | Omit<Finding, 'name'>> {
  const { stripe } = env;
  await (await connectStripe(stripe)).subscriptions.list({ limit: 1 });
  const mode = /^[a-z]+_(test|live)_/.exec(stripe.apiKey)?.[1];
  if (mode === 'live') return 'answers, in live mode';
  if (mode !== 'test') return 'answers';
  const detail = 'answers, in test mode';
  if (env.isPreview) return detail;
  return {
    state: 'warning',
    detail: `${detail}: nobody pays in it`,
    hint: 'Set a live key (sk_live_ or rk_live_) where real customers pay.',
  };
}

async function lookAtResend(env: Env, deployment: Deployment): Promise<Finding[]> {
  const connect = () => connectResend(env.resend);
  const findings = await Promise.all([
    ...sendersOf(deployment, env.from).map((from) =>
      look('sender', async () => lookAtSender(from, { isPreview: env.isPreview, resend: await connect() })),
    ),
    look('email quota', async () => lookAtQuota(await connect(), env.resendRate)),
  ]);
  return findings.flat();
}

/** Who the emails of the loops are from, each once; `undefined` where nobody is named. */
function sendersOf({ plans, email }: Deployment, usual: string | undefined): Array<string | undefined> {
  const emails = plans.flatMap(({ steps }) =>
    steps.flatMap(({ action, otherwise }) => [action, otherwise]).filter((one) => one?.type === 'email'),
  );
  return [...new Set(emails.map((one) => one.from ?? email.from ?? usual))];
}

/** Resend sends from verified domains alone. */
async function lookAtSender(
  from: string | undefined,
  { resend, isPreview }: { resend: Resend; isPreview: boolean },
): Promise<string | Omit<Finding, 'name'>> {
  const domain =
    from === undefined ? undefined : parseMailbox(from)?.address.split('@').at(-1)?.toLowerCase();
  if (from === undefined)
    return { state: 'problem', detail: 'nobody is named', hint: 'Set SKENE_FROM: Ada <ada@example.com>.' };
  if (domain === undefined)
    return { state: 'problem', detail: `${from} is no mailbox`, hint: 'Write it as Ada <ada@example.com>.' };
  if (domain === 'resend.dev')
    return {
      state: isPreview ? 'ok' : 'warning',
      detail: `${from}: Resend's own domain mails nobody but you`,
      hint: 'Verify a domain of yours at resend.com/domains, and set SKENE_FROM.',
    };
  const { data, error } = await resend.domains.list({ limit: 100 });
  // A key that may only send says nothing of domains.
  if (error?.name === 'restricted_api_key')
    return {
      state: 'ok',
      detail: `${from}; the key may only send, so whether ${domain} is verified was not asked`,
    };
  if (error !== null)
    return {
      state: 'problem',
      detail: `Resend answered ${error.name}: ${error.message}`,
      hint: 'Set RESEND_API_KEY to a key from resend.com/api-keys.',
    };
  const status = data.data.find(({ name }) => name.toLowerCase() === domain)?.status;
  if (status === 'verified') return `${from}; ${domain} is verified at Resend`;
  return {
    state: 'problem',
    detail:
      status === undefined
        ? `${domain} is not among the domains at Resend`
        : `${domain} is ${status} at Resend`,
    hint: `Add ${domain} at resend.com/domains, set its DNS records, and wait until it is verified.`,
  };
}

/** Warns when more than nine tenths of what the plan sends have been sent. */
const NEARLY_ALL = 0.9;

async function lookAtQuota(resend: Resend, rate: number): Promise<string | Omit<Finding, 'name'>> {
  const { data, error, headers } = await resend.usage.get();
  if (error === null) return quotaOf(data, rate);
  if (error.statusCode === 401 && error.name !== 'restricted_api_key')
    return {
      state: 'problem',
      detail: `Resend answered ${error.name}: ${error.message}`,
      hint: 'Set RESEND_API_KEY to a key from resend.com/api-keys.',
    };
  const sent = headers?.['x-resend-monthly-quota'];
  const known = sent === undefined ? '' : `${sent} emails were sent this month; `;
  return `${known}Resend did not tell the limits of this plan: see resend.com/settings/usage`;
}

function quotaOf(
  { emails: { daily, monthly }, rate_limit: { limit: perSecond } }: Usage,
  rate: number,
): string | Omit<Finding, 'name'> {
  const parts = [
    ...(daily.limit === null ? [] : [`${daily.used} of ${daily.limit} today`]),
    `${monthly.used} of ${monthly.limit} this month`,
  ];
  const detail = `${parts.join(', ')}; ${perSecond} requests a second`;
  const isShort = [daily, monthly].some(({ used, limit }) => limit !== null && used >= limit * NEARLY_ALL);
  if (isShort)
    return {
      state: 'warning',
      detail,
      hint: 'What goes beyond is sent when the quota begins anew: choose a larger plan at resend.com/settings/billing.',
    };
  if (rate >= perSecond)
    return {
      state: 'warning',
      detail,
      hint: `SKENE_RESEND_RATE is ${rate}, which leaves nothing to other emails: set it below ${perSecond}.`,
    };
  return detail;
}
