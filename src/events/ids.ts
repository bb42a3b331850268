import { createHash } from 'node:crypto';

/** A 132-bit id that is always the same for the same values: the head of their SHA-256 in base64url. */
export function stableHash(values: readonly unknown[]): string {
  const text = JSON.stringify(
    values.map((value) => (typeof value === 'bigint' ? value.toString() : (value ?? null))),
  );
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
