import type { Cast, Field } from '@planetscale/database';
import type { MysqlDriver } from './driver.ts';
import { type ColumnType, toJsonValue } from './values.ts';

const TYPES: Record<string, ColumnType> = {
  BIT: 'bit',
  FLOAT32: 'float',
  DATETIME: 'datetime',
  TIMESTAMP: 'timestamp',
};
/** Strings and blobs of this character set are bytes. */
const BINARY = 63;
const STRINGS = ['BLOB', 'BINARY', 'VARBINARY', 'TEXT', 'CHAR', 'VARCHAR'];

/**
 * PlanetScale over HTTP, through the vendor's client: each query is one request with a session of its own, in UTC, as PlanetScale's are. The
 * server has no limit of time that a client could set, so the request is given up instead.
 * @param url `mysql://user:password@host/database` as PlanetScale shows it, or http(s) where its protocol is spoken elsewhere
 *   (the local stack).
 */
export async function createPlanetscaleDriver(url: URL): Promise<MysqlDriver> {
  const { cast, connect } = await import('@planetscale/database');
  const protocol = url.protocol === 'http:' ? 'http:' : 'https:';
  const toPlain: Cast = (field, value) => toJsonValue(plainOf(cast, field, value), typeOf(field));
  function open(patienceMs: number) {
    const signal = AbortSignal.timeout(patienceMs);
    return connect({
      host: url.host,
      username: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      cast: toPlain,
      fetch: (input, init) => fetch(Object.assign(new URL(input), { protocol }), { ...init, signal }),
    });
  }
  return {
    kind: 'planetscale',
    async query(sql, params, { timeoutMs }) {
      return (await open(timeoutMs).execute(sql, params.length === 0 ? null : [...params])).rows;
    },
    async write(statements, { timeoutMs }) {
      return open(timeoutMs * statements.length).transaction(async (transaction) => {
        const changed: number[] = [];
        for (const { sql, params } of statements)
          changed.push((await transaction.execute(sql, params)).rowsAffected);
        return changed;
      });
    },
    close: async () => {},
  };
}

/** The vendor's own reading, but for bits, which it takes for text. */
function plainOf(cast: Cast, field: Field, value: string | null): unknown {
  return field.type === 'BIT' && value !== null ? Buffer.from(value, 'latin1') : cast(field, value);
}

function typeOf({ type, columnType, columnLength, charset }: Field): ColumnType {
  if (type === 'INT8' || type === 'UINT8')
    return columnLength === 1 || columnType?.startsWith('tinyint(1)') ? 'boolean' : 'other';
  if (STRINGS.includes(type) && charset === BINARY) return 'bytes';
  return TYPES[type] ?? 'other';
}
