import type { Decision } from '../gate/index.ts';

/** What a page for people who are refused is made from, and whatever an app puts in its place. */
export type RefusalPage = (
  refusal: Refusal,
  request: Request,
) => string | Response | Promise<string | Response>;

/** An RFC 9457 problem document, as the gate answers it. */
export interface Refusal {
  type: string;
  title: string;
  status: number;
  /** The message of the loop. */
  detail: string;
  feature?: string | undefined;
  plan?: string | undefined;
  used?: number | undefined;
  limit?: number | undefined;
  /** When the allowance starts over, ISO 8601. */
  resetAt?: string | undefined;
  upgradeUrl?: string | undefined;
}

/** How long to wait before Redis is asked again, in seconds. */
const TRY_AGAIN_SECONDS = 5;

/**
 * Says why a request is refused. 402: used up, which upgrading or waiting for the reset helps. 403: not in the plan. 429: a burst; only this
 * and 503 carry `Retry-After`, because clients act on them by themselves and a quota of 30 days is not to be tried again.
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function refusalOf({ verdict, refusedBy, plan }: Decision): Refusal {
  const rule = refusedBy?.rule;
  const feature = rule?.loop;
  const detail = rule?.block?.message ?? 'This is not available now.';
  const { upgradeUrl } = rule?.block ?? {};
  const limit = typeof refusedBy?.limit === 'number' ? refusedBy.limit : 0;
  const counted = {
    detail,
    feature,
    plan,
    used: refusedBy?.used ?? 0,
    limit,
    resetAt: new Date(refusedBy?.resetAt ?? 0).toISOString(),
    upgradeUrl,
  };
  switch (verdict) {
    case 'plan':
      return {
        type: 'urn:skene:gate:not-in-plan',
        title: 'Not in your plan',
        status: 403,
        detail,
        feature,
        plan,
        upgradeUrl,
      };
    case 'burst':
      return { type: QUOTA_EXCEEDED, title: 'Too many requests', status: 429, ...counted };
    case 'unavailable':
      return {
        type: 'urn:skene:gate:unavailable',
        title: 'Usage cannot be checked right now',
        status: 503,
        detail: 'Your usage cannot be checked right now. Please try again in a moment.',
        feature,
      };
    case 'pass':
    case 'limit':
      return { type: QUOTA_EXCEEDED, title: 'Limit reached', status: 402, ...counted };
  }
}

const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded';

/** Answers a refused request: a problem document, or a page where the client would rather have HTML. */
export async function refuse(
  request: Request,
  decision: Decision,
  page: RefusalPage = usualPage,
): Promise<Response> {
  const refusal = refusalOf(decision);
  const headers = new Headers({
    'cache-control': 'no-store',
    vary: 'accept',
    ...decision.headers,
    ...retryAfter(decision, refusal),
  });
  if (!prefersHtml(request.headers.get('accept') ?? '')) {
    headers.set('content-type', 'application/problem+json');
    return new Response(JSON.stringify(refusal), { status: refusal.status, headers });
  }
  const body = await page(refusal, request);
  if (typeof body !== 'string') return body;
  headers.set('content-type', 'text/html; charset=utf-8');
  headers.set(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  );
  return new Response(body, { status: refusal.status, headers });
}

/** Answers a request that is from nobody, where somebody has to be counted. */
export function nobody(): Response {
  return problem(401, 'Not signed in', 'Sign in to use this.');
}

/** Answers a request that its client repeats under a key that was counted before. */
export function alreadyCounted(): Response {
  return problem(
    409,
    'Already counted',
    'A request with this idempotency key was counted before; use another key for another request.',
  );
}

function problem(status: number, title: string, detail: string): Response {
  const type = `urn:skene:gate:${title.toLowerCase().replaceAll(' ', '-')}`;
  return Response.json(
    { type, title, status, detail },
    { status, headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' } },
  );
}

function retryAfter({ headers }: Decision, { status }: Refusal): Record<string, string> {
  if (status === 503) return { 'retry-after': String(TRY_AGAIN_SECONDS) };
  const seconds = [...(headers.RateLimit ?? '').matchAll(/;t=(\d+)/g)].map((match) => Number(match[1]));
  return status === 429 ? { 'retry-after': String(Math.max(1, ...seconds)) } : {};
}

/** A browser names HTML before JSON, or JSON not at all; an API client that says nothing gets JSON. */
function prefersHtml(accept: string): boolean {
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1;
    return { type, quality: Number(quality) };
  });
  const qualityOf = (wanted: RegExp) => ranges.find(({ type }) => wanted.test(type))?.quality ?? -1;
  return qualityOf(/^text\/html$/) > Math.max(0, qualityOf(/^[\w.-]+\/(?:[\w.-]+\+)?json$/));
}

const STYLE =
  'body{font:17px/1.5 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1.5rem;color-scheme:light dark}' +
  'a{display:inline-block;padding:.6rem 1.2rem;border-radius:.5rem;border:1px solid;color:inherit;text-decoration:none}';

function usualPage({ title, detail, used, limit, resetAt, upgradeUrl }: Refusal): string {
  const standing =
    used === undefined || limit === undefined ? '' : `<p>${used} of ${limit} used.${resetLine(resetAt)}</p>`;
  const link = isLink(upgradeUrl) ? `<p><a href="${escaped(upgradeUrl)}">See the plans</a></p>` : '';
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<meta name="robots" content="noindex"><title>${escaped(title)}</title><style>${STYLE}</style></head>` +
    `<body><h1>${escaped(title)}</h1><p>${escaped(detail)}</p>${standing}${link}</body></html>`
  );
}

function resetLine(resetAt: string | undefined): string {
  return resetAt === undefined
    ? ''
    : ` Your allowance starts over on <time datetime="${resetAt}">${resetAt.slice(0, 10)}</time>.`;
}

/** A path of the site, or an address of the web; nothing that a browser would run. */
function isLink(url: string | undefined): url is string {
  return url !== undefined && /^(?:https?:\/\/|\/(?!\/))/i.test(url);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
