import { randomBytes } from 'node:crypto';

type Prefix = 'msg' | 'wfr' | 'dlq' | 'scd' | 'sig' | 'jwt' | 'flt';

/** A fresh identifier in the form QStash gives out, such as `msg_c2Zf...`. */
export function createId(prefix: Prefix): string {
  return `${prefix}_${randomBytes(15).toString('base64url')}`;
}
