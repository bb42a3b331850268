import { EnvError } from '../errors/index.ts';
import type { TableNames } from '../hashes/index.ts';
import type { Database } from './database.ts';
import type { PollingPace } from './polling-pace.ts';
import type { HealingPace } from './postgres/healing.ts';
import type { OutboxPatience } from './postgres/outbox.ts';

/** What a database may be. `neon` and `planetscale` are asked over HTTP, `postgres` and `mysql` over TCP. */
export type DatabaseProvider = 'postgres' | 'neon' | 'planetscale' | 'mysql' | 'upstash-redis';

/** How a database is reached. */
export interface DatabaseOptions {
  /** A connection string, as in DATABASE_URL. */
  url: string;
  /** What it is, where the configuration says; else the connection string tells. */
  provider?: DatabaseProvider | undefined;
  /** Where Neon's HTTP protocol is spoken, when not at Neon (the local stack). */
  neonEndpoint?: string | undefined;
  /** When the outbox gives up on a change. */
  outbox?: OutboxPatience | undefined;
  /** How far healing passes reach back and how often they are made. */
  healing?: HealingPace | undefined;
  /** How late a row may be committed, where the database is polled. */
  polling?: PollingPace | undefined;
  /** How tables lie in a Redis, where the configuration says. */
  tables?: Readonly<Record<string, TableNames>> | undefined;
}

/**
 * Opens a database; it connects when first asked.
 * @throws {EnvError} ENV_INVALID when the connection string cannot be read, or is for another kind of database.
 */
export type OpenDatabase = (options: DatabaseOptions) => Promise<Database>;

/** Reads a connection string. @throws {EnvError} ENV_INVALID when it is none. */
export function readAddress(url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new EnvError('ENV_INVALID', 'The connection string of the database is not a URL.', {
    hint: 'Write postgres://user:password@host:5432/database; escape special characters of the password, as %40 for @.',
  });
}

/** What is at an address, by its scheme and host; `undefined` when its scheme says nothing. */
function providerOf({ protocol, hostname, username, password }: URL): DatabaseProvider | undefined {
  // As PlanetScale's own client takes it; Upstash Redis has a token and no user.
  if (/^https?:$/.test(protocol) && username !== '') return 'planetscale';
  if (/^https?:$/.test(protocol) && password !== '') return 'upstash-redis';
  if (/^postgres(?:ql)?:$/.test(protocol)) return hostname.endsWith('.neon.tech') ? 'neon' : 'postgres';
  if (/^(?:mysql|mariadb):$/.test(protocol))
    return hostname.endsWith('.psdb.cloud') ? 'planetscale' : 'mysql';
  return undefined;
}

/**
 * What a database is: as its address says, or the configuration where both can be true. `undefined` when neither tells.
 * @throws {EnvError} ENV_INVALID when the address is no URL.
 */
export function chooseProvider({
  url,
  provider,
  neonEndpoint,
}: Pick<DatabaseOptions, 'url' | 'provider' | 'neonEndpoint'>): DatabaseProvider | undefined {
  const found = providerOf(readAddress(url));
  if (provider !== undefined && (found === undefined || provider === 'planetscale' || provider === 'neon'))
    return provider;
  return found === 'postgres' && neonEndpoint !== undefined ? 'neon' : found;
}

/**
 * The address for those functions that were built for one kind of database and have no other driver.
 * @throws {EnvError} ENV_INVALID when it is another kind's.
 */
export function requireAddress(url: string, built: DatabaseProvider): URL {
  const address = readAddress(url);
  const found = providerOf(address);
  if (found === undefined || dialect(found) === dialect(built)) return address;
  throw new EnvError(
    'ENV_INVALID',
    `These functions were built for ${built}, and the database is at ${address.protocol}//.`,
    {
      hint: 'Build them again with that DATABASE_URL set, or say database: { provider } in defineConfig.',
    },
  );
}

function dialect(provider: DatabaseProvider): 'postgres' | 'mysql' | 'redis' {
  if (provider === 'upstash-redis') return 'redis';
  return provider === 'postgres' || provider === 'neon' ? 'postgres' : 'mysql';
}
