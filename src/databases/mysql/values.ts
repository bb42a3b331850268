/** Types whose values a client library does not give as plain JSON; any other is taken as it comes. */
export type ColumnType = 'boolean' | 'bit' | 'bytes' | 'float' | 'datetime' | 'timestamp' | 'other';

/**
 * Makes plain JSON of a value as a client library gives it (bigint, decimal and times as text, bytes as `Uint8Array`), in the
 * form PostgreSQL's have: bytes as base64, times as ISO 8601, with `Z` where the column knows its zone (TIMESTAMP). What MySQL
 * keeps for BOOLEAN (tinyint(1), bit(1)) is a boolean, as the usual ORMs take it, so that templates can test it.
 */
export function toJsonValue(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'boolean':
      return value === 0 || value === 1 ? value === 1 : value;
    case 'bit':
      return value instanceof Uint8Array ? fromBits(value) : value;
    case 'bytes':
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
    case 'float':
      // What a FLOAT holds has seven digits; the rest is made up when it becomes a double.
      return typeof value === 'number' ? Number(value.toPrecision(7)) : value;
    case 'datetime':
      return String(value).replace(' ', 'T');
    case 'timestamp':
      return `${String(value).replace(' ', 'T')}Z`;
    case 'other':
      return value;
  }
}

function fromBits(bytes: Uint8Array): boolean | number | string {
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
  if (bytes.length === 1 && value <= 1n) return value === 1n;
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
}
