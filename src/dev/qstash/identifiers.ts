import { randomFillSync } from 'node:crypto';

type Prefix = 'msg' | 'wfr' | 'dlq' | 'scd' | 'sig' | 'jwt' | 'flt';

const ID_BYTES = 15;

/** Random bytes are drawn for many ids at once: a draw costs much more than its bytes. */
const pool = Buffer.alloc(ID_BYTES * 256);
let used = pool.length;

/** A fresh identifier in the form QStash gives out, such as `msg_c2Zf...`. */
export function createId(prefix: Prefix): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += ID_BYTES;
  return `${prefix}_${pool.toString('base64url', used - ID_BYTES, used)}`;
}
