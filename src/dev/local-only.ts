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
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site') ?? 'none';
  const isOwn = origin === null || (URL.canParse(origin) && new URL(origin).host === host);
  if (!isOwn || (site !== 'same-origin' && site !== 'none'))
    throw new RequestError('UNAUTHORIZED', 'This comes from another site.');
}
