import { RequestError } from '../errors/index.ts';

/** The names by which this machine knows itself. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Turns away what a web site could make somebody's browser ask: a name of its own that leads to this machine (DNS rebinding), or a form of
 * its own that is handed in here. What is not a browser says neither.
 * @throws {RequestError} UNAUTHORIZED
 */
export function requireLocal({ headers, method, url }: Request): void {
  const { hostname, host } = new URL(url);
  if (!LOOPBACK.has(hostname))
    throw new RequestError('UNAUTHORIZED', `${host} is not a name of this machine.`, {
      hint: 'Use the address that skene dev has printed.',
    });
  if (method === 'GET' || method === 'HEAD') return;
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  // A page that tells nobody where it is has the origin `null`: what the browser itself says comes first.
  const isOwn =
    site === null
      ? origin === null || (URL.canParse(origin) && new URL(origin).host === host)
      : site === 'same-origin' || site === 'none';
  if (!isOwn) throw new RequestError('UNAUTHORIZED', 'This comes from another site.');
}
