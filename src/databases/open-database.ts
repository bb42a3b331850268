import { EnvError, InternalError } from '../errors/index.ts';
import type { Database } from './database.ts';
import type { PollingPace } from './mysql/polling.ts';
import type { HealingPace } from './postgres/healing.ts';
import type { OutboxPatience } from './postgres/outbox.ts';

/** How a database is reached. */
export interface DatabaseOptions {
  /** A connection string, as in DATABASE_URL. */
  url: string;
  /** What it is, where the configuration says; else the connection string tells. */
  provider?: 'postgres' | 'neon' | 'planetscale' | 'mysql' | 'upstash-redis' | undefined;
  /** Where Neon's HTTP protocol is spoken, when not at Neon (the local stack). */
  neonEndpoint?: string | undefined;
  /** When the outbox gives up on a change. */
  outbox?: OutboxPatience | undefined;
  /** How far healing passes reach back and how often they are made. */
  healing?: HealingPace | undefined;
  /** How late a row may be committed, where the database is polled. */
  polling?: PollingPace | undefined;
}

/**
 * Opens a database; it connects when first asked. Neon and PlanetScale are asked over HTTP, any other over TCP.
 * @throws {EnvError} ENV_INVALID when the connection string cannot be read.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, provider, neonEndpoint } = options;
  const address = readUrl(url);
  const { protocol, hostname } = address;
  if (isMysql(address, provider)) return openMysql(address, options);
  if (!/^postgres(?:ql)?:$/.test(protocol))
    throw new InternalError(`Databases at ${protocol}// cannot be read by this version.`, {
      code: 'NOT_IMPLEMENTED',
    });
  const isNeon = provider === 'neon' || neonEndpoint !== undefined || hostname.endsWith('.neon.tech');
  const { createPostgresDatabase } = await import('./postgres/postgres-database.ts');
  const driver = isNeon
    ? await (await import('./postgres/neon.ts')).createNeonDriver({ url, endpoint: neonEndpoint })
    : await (await import('./postgres/pg.ts')).createPgDriver(url);
  return createPostgresDatabase(driver, options);
}

/** PlanetScale is also reached by an http(s) URL, as its client takes it. */
function isMysql({ protocol }: URL, provider: DatabaseOptions['provider']): boolean {
  return /^(?:mysql|mariadb):$/.test(protocol) || (provider === 'planetscale' && /^https?:$/.test(protocol));
}

async function openMysql(address: URL, { provider, polling }: DatabaseOptions): Promise<Database> {
  const isPlanetscale = provider === 'planetscale' || address.hostname.endsWith('.psdb.cloud');
  const { createMysqlDatabase } = await import('./mysql/mysql-database.ts');
  const driver = isPlanetscale
    ? await (await import('./mysql/planetscale.ts')).createPlanetscaleDriver(address)
    : await (await import('./mysql/tcp.ts')).createTcpDriver(address);
  return createMysqlDatabase(driver, polling);
}

function readUrl(url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new EnvError('ENV_INVALID', 'The connection string of the database is not a URL.', {
    hint: 'Write postgres://user:password@host:5432/database; escape special characters of the password, as %40 for @.',
  });
}
