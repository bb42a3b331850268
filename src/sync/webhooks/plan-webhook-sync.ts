import { type Env, isLoopback } from '../../env/index.ts';
import { isSkeneError } from '../../errors/index.ts';
import type { Deployment } from '../../plan/index.ts';
import type { Endpoint, Endpoints, Wanted } from './endpoints.ts';
import { type ProvidersUsed, providersUsed } from './providers-used.ts';
import { resendEndpoints } from './resend-endpoints.ts';
import { stripeEndpoints } from './stripe-endpoints.ts';

/** A provider whose endpoints can be made by its API. */
type ApiProvider = 'stripe' | 'resend';

/** What a sync does to one endpoint of a provider's webhooks, and why, as a sentence without its full stop. */
export interface WebhookAction extends Wanted {
  provider: ApiProvider;
  action: 'create' | 'change' | 'keep' | 'remove';
  reason: string;
  /** The provider's name for it; nothing for one that is not there yet. */
  id?: string | undefined;
}

/** An endpoint that somebody has to make on a provider's own pages. */
export interface WebhookByHand extends Wanted {
  provider: keyof ProvidersUsed;
  /** Why, as a sentence without its full stop. */
  reason: string;
}

/** What a sync would do about webhooks. Nothing has been done yet. */
export interface WebhookSyncPlan {
  actions: WebhookAction[];
  byHand: WebhookByHand[];
}

const NOTHING: WebhookSyncPlan = { actions: [], byHand: [] };

/** The variable that a provider's signing secret is kept in, and where its endpoints are made by hand. */
export const WEBHOOK_PLACES = {
  clerk: {
    name: 'Clerk',
    variable: 'CLERK_WEBHOOK_SIGNING_SECRET',
    page: 'dashboard.clerk.com, Configure, Webhooks, Add Endpoint',
  },
  stripe: {
    name: 'Stripe',
    variable: 'STRIPE_WEBHOOK_SECRET',
    page: 'dashboard.stripe.com/webhooks, Add destination',
  },
  resend: { name: 'Resend', variable: 'RESEND_WEBHOOK_SECRET', page: 'resend.com/webhooks, Add Webhook' },
} as const;

const ENDPOINTS: Record<ApiProvider, (env: Env) => Endpoints> = {
  stripe: stripeEndpoints,
  resend: resendEndpoints,
};

/**
 * Compares the webhooks that the loops need with the endpoints there are at Stripe and Resend. What a provider has no API for, or whose key
 * may not be used for it, is to be made by hand. Nobody outside reaches a local stack, and a preview is told of nothing.
 * @param options `prune` removes endpoints that `skene sync` has made and that no loop needs, or that lead elsewhere.
 */
export async function planWebhookSync(
  env: Env,
  deployment: Deployment,
  { prune = false }: { prune?: boolean | undefined } = {},
): Promise<WebhookSyncPlan> {
  if (env.isPreview || isLoopback(env.functionsUrl)) return NOTHING;
  const used = providersUsed(deployment);
  const urlOf = (provider: string) => `${env.functionsUrl}/webhooks/${provider}`;
  const planned = await Promise.all(
    (['stripe', 'resend'] as const).map((provider) =>
      planProvider(provider, { url: urlOf(provider), events: used[provider] }, { env, prune }),
    ),
  );
  const clerk: WebhookByHand[] =
    used.clerk === undefined
      ? []
      : [{ provider: 'clerk', url: urlOf('clerk'), events: used.clerk, reason: 'Clerk has no API for it' }];
  return {
    actions: planned.flatMap(({ actions }) => actions),
    byHand: [...clerk, ...planned.flatMap(({ byHand }) => byHand)],
  };
}

/** Does what a plan says. @returns the secrets of the endpoints it has made, which their providers may not tell again. */
export async function applyWebhookSync(
  env: Env,
  actions: readonly WebhookAction[],
): Promise<Array<{ provider: ApiProvider; secret: string }>> {
  const secrets: Array<{ provider: ApiProvider; secret: string }> = [];
  for (const { provider, action, id = '', url, events } of actions) {
    const endpoints = ENDPOINTS[provider](env);
    if (action === 'create') secrets.push({ provider, secret: await endpoints.create({ url, events }) });
    if (action === 'change') await endpoints.change(id, { url, events });
    if (action === 'remove') await endpoints.remove(id);
  }
  return secrets;
}

async function planProvider(
  provider: ApiProvider,
  { url, events }: { url: string; events: string[] | undefined },
  { env, prune }: { env: Env; prune: boolean },
): Promise<WebhookSyncPlan> {
  // What nobody needs is not worth a question, unless it is to be removed.
  if (events === undefined && !prune) return NOTHING;
  const byHand = (reason: string): WebhookSyncPlan =>
    events === undefined ? NOTHING : { actions: [], byHand: [{ provider, url, events, reason }] };
  let found: Endpoint[];
  try {
    found = await ENDPOINTS[provider](env).list();
  } catch (error) {
    if (isSkeneError(error, 'ENV_MISSING') || isSkeneError(error, 'PROVIDER_REJECTED'))
      return byHand(error.message.replace(/\.$/, ''));
    throw error;
  }
  const own = found.filter((endpoint) => endpoint.url === url);
  const wanted = events === undefined ? [] : [compare(provider, { url, events }, own[0])];
  const others = events === undefined ? [...own, ...elsewhere(found, url)] : elsewhere(found, url);
  return {
    actions: [...wanted, ...others.map((endpoint) => leave(provider, endpoint, { url, prune }))],
    byHand: [],
  };
}

/** Endpoints of ours that lead to another address. */
function elsewhere(found: readonly Endpoint[], url: string): Endpoint[] {
  return found.filter((endpoint) => endpoint.isOurs && endpoint.url !== url);
}

function compare(provider: ApiProvider, wanted: Wanted, found: Endpoint | undefined): WebhookAction {
  if (found === undefined) return { provider, ...wanted, action: 'create', reason: 'it is not there' };
  const added = wanted.events.filter((event) => !found.events.includes(event));
  const gone = found.events.filter((event) => !wanted.events.includes(event));
  const changes = [
    ...(found.isEnabled ? [] : ['it is disabled']),
    ...(added.length === 0 ? [] : [`is to be told of ${added.join(', ')}`]),
    ...(gone.length === 0 ? [] : [`need not be told of ${gone.join(', ')}`]),
  ];
  const reason = changes.length === 0 ? 'is as it should be' : changes.join('; ');
  return { provider, ...wanted, action: changes.length === 0 ? 'keep' : 'change', reason, id: found.id };
}

/** What no loop needs stays, unless it is ours and to be pruned. */
function leave(
  provider: ApiProvider,
  { id, url, events, isOurs }: Endpoint,
  { url: wanted, prune }: { url: string; prune: boolean },
): WebhookAction {
  const why = url === wanted ? 'no loop needs it' : 'skene sync made it for another address';
  const isRemoved = prune && isOurs;
  const reason = isRemoved || !isOurs ? why : `${why}; --prune removes it`;
  return { provider, url, events, id, action: isRemoved ? 'remove' : 'keep', reason };
}
