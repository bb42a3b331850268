import { createHmac, timingSafeEqual } from 'node:crypto';
import { addressKey } from './address.ts';

/** What a link lets somebody unsubscribe from: whose address, and by which loop it was mailed. */
export interface Unsubscription {
  subject: string;
  /** See {@link addressKey}: the link shows no address. */
  addressKey: string;
  loop: string;
}

/** Keeps these signatures apart from everything else that is signed with the same secret. */
const PURPOSE = 'skene/unsubscribe/v1';

/**
 * The link by which somebody unsubscribes. It never expires: an email may be opened years later, and the law wants the
 * link to work then.
 * @param functionsUrl where the functions are reached, without a slash at the end.
 * @param secret the deployment's SKENE_SECRET; who changes it breaks the links that were sent.
 */
export function unsubscribeUrl(
  functionsUrl: string,
  secret: string,
  { subject, email, loop }: { subject: string; email: string; loop: string },
): string {
  const content = JSON.stringify([subject, addressKey(email), loop]);
  const payload = Buffer.from(content).toString('base64url');
  return `${functionsUrl}/unsubscribe?token=${payload}.${sign(secret, payload)}`;
}

/** Reads the token of an unsubscribe link; `undefined` when we did not sign it as it is. */
export function verifyUnsubscribe(secret: string, token: string): Unsubscription | undefined {
  const [payload = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0 || !isSame(sign(secret, payload), signature)) return undefined;
  const [subject, key, loop] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [
    string,
    string,
    string,
  ];
  return { subject, addressKey: key, loop };
}

/**
 * The headers of one-click unsubscription. Mail programs POST `List-Unsubscribe=One-Click` to the link.
 * @see https://www.rfc-editor.org/rfc/rfc8058
 */
export function unsubscribeHeaders(url: string): Record<string, string> {
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

function sign(secret: string, payload: string): string {
  return createHmac('sha256', secret).update(`${PURPOSE}\n${payload}`).digest('base64url');
}

/** Compares the text and not the decoded bytes: base64url has several spellings of the same bytes. */
function isSame(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}
