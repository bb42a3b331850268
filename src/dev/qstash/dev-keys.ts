import type { SigningKeys } from './signature.ts';

/** The token of Upstash's own development server: what clients send under `QSTASH_DEV=true`. */
export const DEV_TOKEN = 'eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=';

/** The signing keys of Upstash's own development server: clients recognise it by them. */
export const DEV_SIGNING_KEYS: SigningKeys = {
  current: 'sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r',
  next: 'sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs',
};
