import { problemResponse, RequestError } from '../errors/index.ts';

/** The names by which this machine knows itself. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Turns away what a web site could make somebody's browser ask: a name of its own that leads to this machine (DNS rebinding), or a form of
 * its own that is handed in here. What is not a browser says neither.
 * @throws {RequestError} UNAUTHORIZED
 */
export function requireLocal(request: Request): void {
  const { hostname, host } = new URL(request.url);
  if (!LOOPBACK.has(hostname))
    throw new RequestError('UNAUTHORIZED', `${host} is not a name of this machine.`, {
      hint: 'Use the address that skene dev has printed.',
    });
  if (request.method !== 'GET' && request.method !== 'HEAD') requireOwnSite(request, host);
}

function requireOwnSite({ headers }: Request, host: string): void {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  // A page that tells nobody where it is has the origin `null`: what the browser itself says comes first.
  const isOwn =
    site === null
      ? origin === null || (URL.canParse(origin) && new URL(origin).host === host)
      : site === 'same-origin' || site === 'none';
  if (!isOwn) throw new RequestError('UNAUTHORIZED', 'This comes from another site.');
}

/**
 * Puts {@link requireLocal} before a service of the local stack: the token that guards it otherwise is known to everybody.
 * @param options `pages` is false for a service that has none, of which some requests change things by GET: no page asks it anything.
 */
export function forThisMachine(
  handler: (request: Request) => Promise<Response>,
  { pages = false } = {},
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      requireLocal(request);
      if (!pages) requireOwnSite(request, new URL(request.url).host);
    } catch (error) {
      return problemResponse(error);
    }
    return handler(request);
  };
}
