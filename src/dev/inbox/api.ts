import { type Context, Hono } from 'hono';
import { type createFaults, lostAnswer, refusalOf, refuse } from './faults.ts';
import { readEmail } from './payload.ts';
import type { Store, StoredEmail } from './store.ts';

const LARGEST_BATCH = 100;

/** What the routes stand on. */
export interface ApiParts {
  store: Store;
  faults: ReturnType<typeof createFaults>;
  /** The domains that count as verified. */
  domains(): readonly string[];
  /** Called for each email once it is kept. */
  announce(email: StoredEmail): void;
}

type Draft = Omit<StoredEmail, 'id' | 'at'>;

/**
 * The part of Resend's REST API that its client sends with and reads back from.
 * @see https://resend.com/docs/api-reference/emails/send-email
 */
export function createApi({ store, faults, domains, announce }: ApiParts): Hono {
  const api = new Hono();

  /** Takes the emails of one request, unless its key says that this has been done. */
  async function take(
    context: Context,
    read: (body: unknown) => { drafts: Draft[]; answer(ids: string[]): object } | Response,
  ): Promise<Response> {
    const fault = faults.next();
    const key = context.req.header('idempotency-key');
    const content = await context.req.text();
    const request = key !== undefined && key.length > 256 ? refuse(INVALID_KEY) : read(parse(content));
    const refusal = refusalOf(fault);
    if (refusal !== undefined) return refusal;
    if (request instanceof Response) return request;

    const earlier = key === undefined ? 'new' : store.find(key, content);
    if (earlier === 'other-content') return refuse(OTHER_CONTENT);
    if (earlier !== 'new') return Response.json(request.answer(earlier.ids));
    const emails = store.accept(request.drafts, { key, content });
    for (const email of emails) announce(email);
    return fault === undefined ? Response.json(request.answer(emails.map(({ id }) => id))) : lostAnswer();
  }

  for (const path of ['/emails/*', '/domains', '/usage'])
    api.use(path, async (context, next) => {
      if (/^Bearer \S+$/.test(context.req.header('authorization') ?? '')) return next();
      return refuse({ statusCode: 401, name: 'missing_api_key', message: 'Missing API key.' });
    });

  api.get('/domains', (context) =>
    context.json({
      object: 'list',
      has_more: false,
      data: domains().map((name) => ({ id: `domain_${name}`, name, status: 'verified' })),
    }),
  );

  api.get('/usage', (context) => context.json(usageOf(store.all().length)));

  api.post('/emails', (context) =>
    take(context, (body) => {
      const email = readEmail(body);
      if ('error' in email) return refuse(email.error);
      return { drafts: [email.draft], answer: ([id]) => ({ id }) };
    }),
  );

  api.post('/emails/batch', (context) =>
    take(context, (body) => readBatch(body, context.req.header('x-batch-validation') === 'permissive')),
  );

  api.get('/emails', (context) => {
    const limit = Math.min(Math.max(Number(context.req.query('limit') ?? 20), 1), 100);
    const newestFirst = store.all().reverse();
    const after = newestFirst.findIndex(({ id }) => id === context.req.query('after'));
    const page = newestFirst.slice(after + 1, after + 1 + limit);
    const hasMore = newestFirst.length > after + 1 + limit;
    return context.json({ object: 'list', has_more: hasMore, data: page.map(summaryOf) });
  });

  api.get('/emails/:id', (context) => {
    const email = store.get(context.req.param('id'));
    if (email === undefined)
      return refuse({ statusCode: 404, name: 'not_found', message: 'Email not found.' });
    const { html = null, text = null } = email;
    return context.json({ object: 'email', ...summaryOf(email), html, text });
  });

  return api;
}

const INVALID_KEY = {
  statusCode: 400,
  name: 'invalid_idempotency_key',
  message: 'The idempotency key is longer than 256 characters.',
};

const OTHER_CONTENT = {
  statusCode: 409,
  name: 'invalid_idempotent_request',
  message: 'This idempotency key was used for a request with other content.',
};

/** A batch is refused for its first bad email, unless it asked to have the good ones taken. */
function readBatch(body: unknown, isPermissive: boolean) {
  if (!Array.isArray(body) || body.length === 0 || body.length > LARGEST_BATCH) {
    const message = `A batch is an array of 1 to ${LARGEST_BATCH} emails.`;
    return refuse({ statusCode: 422, name: 'validation_error', message });
  }
  const drafts: Draft[] = [];
  const errors: Array<{ index: number; message: string }> = [];
  for (const [index, item] of body.entries()) {
    const email = readEmail(item);
    if ('draft' in email) drafts.push(email.draft);
    else if (isPermissive) errors.push({ index, message: email.error.message });
    else return refuse(email.error);
  }
  const answer = (ids: string[]) => ({
    data: ids.map((id) => ({ id })),
    ...(isPermissive ? { errors } : {}),
  });
  return { drafts, answer };
}

function summaryOf({ id, at, from, to, cc, bcc, replyTo, subject, tags }: StoredEmail) {
  return {
    id,
    to,
    from,
    created_at: new Date(at).toISOString(),
    subject,
    cc,
    bcc,
    reply_to: replyTo,
    last_event: 'delivered',
    scheduled_at: null,
    tags: Object.entries(tags).map(([name, value]) => ({ name, value })),
  };
}

/** A plan that nobody comes to the end of, as far as anybody reads it. */
function usageOf(sent: number): object {
  return {
    object: 'usage',
    emails: {
      daily: { used: sent, limit: null, sent, received: 0 },
      monthly: { used: sent, limit: 1_000_000, sent, received: 0 },
    },
    rate_limit: { limit: 5, duration: '1s' },
  };
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
