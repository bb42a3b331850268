/** Where the functions of a deployment are, and what lets one in. */
export interface DeploymentAddress {
  /** SKENE_URL unless told; its path, when it has one, is where the app mounts the functions (`/api` when not). */
  url?: string | undefined;
  /** SKENE_SECRET unless told. */
  secret?: string | undefined;
}

/**
 * Sends JSON to a function of the deployment.
 * @param path the function's, such as `/events`.
 * @throws Error when neither option nor variable says where, or nobody answers.
 */
export function postTo(
  path: string,
  body: unknown,
  {
    url = process.env.SKENE_URL,
    secret = process.env.SKENE_SECRET,
    ...init
  }: DeploymentAddress & RequestInit,
): Promise<Response> {
  if (!url || !secret) throw new Error('Set SKENE_URL and SKENE_SECRET, so that it is known where to send.');
  const { origin, pathname } = new URL(url);
  const mount = pathname.replace(/\/+$/, '') || '/api';
  return fetch(`${origin}${mount}${path}`, {
    ...init,
    method: 'POST',
    headers: { ...init.headers, authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
