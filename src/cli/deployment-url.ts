import { isLoopback } from '../env/index.ts';
import { EnvError } from '../errors/index.ts';

/**
 * Reads where a deployment is, as somebody types it: `app.example.com`, with or without the path at which its functions are mounted.
 * @returns where the functions may be, the likeliest first, without a slash at the end.
 * @throws {EnvError} USAGE for what is no address, names a password, or would send the secret in clear.
 */
export function deploymentUrls(text: string): [string, ...string[]] {
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address)) throw new EnvError('USAGE', `${text} is not an address.`, { hint: HINT });
  const { protocol, username, password, origin, pathname } = new URL(address);
  if (username !== '' || password !== '')
    throw new EnvError('USAGE', 'The address has a name or a password in it.', { hint: HINT });
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new EnvError('USAGE', `${text} is not an address on the web.`, { hint: HINT });
  if (protocol === 'http:' && !isLoopback(origin))
    throw new EnvError('USAGE', `${origin} is not https: the secret would travel in clear.`, {
      hint: `Write https://${new URL(address).host}, or an address of this machine.`,
    });
  const path = pathname.replace(/\/+$/, '').replace(/\/health$/, '');
  return path === '' ? [`${origin}/api`, `${origin}/api/skene`] : [`${origin}${path}`];
}

const HINT =
  'Write it like https://app.example.com, or https://app.example.com/growth where your app mounts the functions.';
