import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long somebody stays signed in. */
const SESSION_SECONDS = 7 * 86_400;
const COOKIE = 'skene-dashboard';

/** A cookie that says until when somebody is signed in; it does not hold the secret, and a new secret ends it. */
export function sessionCookie(secret: string, { now, isSecure }: { now: number; isSecure: boolean }): string {
  const until = String(now + SESSION_SECONDS * 1_000);
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${SESSION_SECONDS}${isSecure ? '; Secure' : ''}`;
  return `${COOKIE}=${until}.${signatureOf(until, secret)}; ${attributes}`;
}

/** The cookie that ends a session. */
export const ENDED_COOKIE = `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;

/** Whether a request comes from somebody who is signed in. */
export function isSignedIn({ headers }: Request, secret: string, now: number): boolean {
  const cookies = (headers.get('cookie') ?? '').split(/; */);
  const [until = '', signature = '', ...rest] =
    cookies
      .find((one) => one.startsWith(`${COOKIE}=`))
      ?.slice(COOKIE.length + 1)
      .split('.') ?? [];
  return rest.length === 0 && isSame(signature, signatureOf(until, secret)) && Number(until) > now;
}

/** Whether this is the secret, in a time that does not tell how much of it was right. */
export function isSecret(given: string, secret: string): boolean {
  return isSame(signatureOf(given, secret), signatureOf(secret, secret));
}

function signatureOf(text: string, secret: string): string {
  return createHmac('sha256', `skene dashboard ${secret}`).update(text).digest('base64url');
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
