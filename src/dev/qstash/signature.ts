import { createHash, createHmac } from 'node:crypto';

import { createId } from './identifiers.ts';

/** A pair of signing keys: deliveries are signed with `current`, receivers also accept `next`. */
export interface SigningKeys {
  current: string;
  next: string;
}

const VALID_FOR_SECONDS = 300;
const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');

/**
 * Signs a delivery as QStash does: a JWT (HS256) over the destination and the SHA-256 of the raw body. Its times are
 * the machine's, not the local clock's: the vendors' `Receiver` compares them with the machine's time.
 */
export function signDelivery(delivery: { url: string; body: string | Uint8Array; key: string }): string {
  const issuedAt = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'Upstash',
    sub: delivery.url,
    exp: issuedAt + VALID_FOR_SECONDS,
    nbf: issuedAt,
    iat: issuedAt,
    jti: createId('jwt'),
    body: createHash('sha256').update(delivery.body).digest('base64url'),
  };
  const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${createHmac('sha256', delivery.key).update(signed).digest('base64url')}`;
}
