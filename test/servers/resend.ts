import { listen } from '../../src/dev/listen.ts';

/** A webhook endpoint, as Resend keeps it. */
interface KeptWebhook {
  id: string;
  endpoint: string;
  events: string[];
  status: 'enabled' | 'disabled';
}

/** A stand-in for an account at Resend: its domains, its usage and its webhook endpoints. */
export interface ResendServer {
  url: string;
  /** Domain -> how far its verification is. */
  domains: Map<string, string>;
  webhooks: Map<string, KeptWebhook>;
  /** What the account has used, and may use; `undefined` where Resend does not say. */
  usage:
    | {
        daily: [used: number, limit: number | null];
        monthly: [used: number, limit: number];
        perSecond: number;
      }
    | undefined;
  /** What the key may do. */
  key: 'full' | 'sending' | 'unknown';
  close(): Promise<void>;
}

/** Starts a stand-in for Resend's API, as far as an account is looked at and set up. */
export async function startResend(): Promise<ResendServer> {
  const account: Omit<ResendServer, 'url' | 'close'> = {
    domains: new Map(),
    webhooks: new Map(),
    usage: { daily: [0, 100], monthly: [0, 3_000], perSecond: 5 },
    key: 'full',
  };
  const server = await listen(
    async (request) => {
      const { pathname } = new URL(request.url);
      if (account.key === 'unknown') return refuse(401, 'invalid_api_key', 'API key is invalid');
      if (pathname === '/usage') return usageOf(account.usage);
      if (account.key === 'sending')
        return refuse(401, 'restricted_api_key', 'This API key is restricted to only send emails');
      if (pathname === '/domains') {
        const data = [...account.domains].map(([name, status]) => ({ id: name, name, status }));
        return Response.json({ object: 'list', has_more: false, data });
      }
      return webhooks(request, account.webhooks);
    },
    { port: 0 },
  );
  return Object.assign(account, { url: server.url, close: server.close });
}

async function webhooks(request: Request, kept: ResendServer['webhooks']): Promise<Response> {
  const [, , id = ''] = new URL(request.url).pathname.split('/');
  const list = { object: 'list', has_more: false, data: [...kept.values()] };
  if (request.method === 'GET') return Response.json(list);
  const found = kept.get(id);
  if (request.method === 'DELETE') return Response.json({ object: 'webhook', id, deleted: kept.delete(id) });
  const body = (await request.json()) as Partial<KeptWebhook>;
  const next: KeptWebhook = {
    id: id === '' ? `wh_${kept.size + 1}` : id,
    endpoint: body.endpoint ?? found?.endpoint ?? '',
    events: body.events ?? found?.events ?? [],
    status: body.status ?? found?.status ?? 'enabled',
  };
  kept.set(next.id, next);
  const secret = request.method === 'POST' ? { signing_secret: `whsec_of_${next.id}` } : {};
  return Response.json({ object: 'webhook', id: next.id, ...secret });
}

function usageOf(usage: ResendServer['usage']): Response {
  if (usage === undefined) return refuse(404, 'not_found', 'The requested endpoint does not exist');
  const quota = ([used, limit]: readonly [number, number | null]) => ({
    used,
    limit,
    sent: used,
    received: 0,
  });
  return Response.json({
    object: 'usage',
    emails: { daily: quota(usage.daily), monthly: quota(usage.monthly) },
    rate_limit: { limit: usage.perSecond, duration: '1s' },
  });
}

function refuse(statusCode: number, name: string, message: string): Response {
  return Response.json(
    { statusCode, name, message },
    { status: statusCode, headers: { 'x-resend-monthly-quota': '42' } },
  );
}
