import type { Keyspace } from './keyspace.ts';
import { parseInt64 } from './numbers.ts';
import { RedisError } from './reply.ts';

/** The units of the options that set an expiry, in ms, and whether they count from now. */
const UNITS: Readonly<Record<string, { ms: bigint; relative: boolean }>> = {
  EX: { ms: 1000n, relative: true },
  PX: { ms: 1n, relative: true },
  EXAT: { ms: 1000n, relative: false },
  PXAT: { ms: 1n, relative: false },
};
const LATEST = 2n ** 63n - 1n;

/** An expiry as it was written: its amount, its unit (EX, PX, EXAT, PXAT) and the command it belongs to. */
export interface ExpiryArgument {
  text: string;
  unit: string;
  command: string;
  /** EXPIRE and its kin take times in the past, which delete the key; SET and its kin refuse them. */
  pastAllowed?: boolean;
}

/** The time (ms) an expiry option means; throws Redis' errors for one that cannot be. */
export function expiryTime(
  db: Keyspace,
  { text, unit, command, pastAllowed = false }: ExpiryArgument,
): number {
  const { ms, relative } = UNITS[unit] ?? { ms: 1n, relative: true };
  const amount = parseInt64(text);
  const at = amount * ms + (relative ? BigInt(Math.floor(db.now)) : 0n);
  if ((!pastAllowed && amount <= 0n) || at > LATEST || amount * ms < -LATEST) {
    throw new RedisError(`ERR invalid expire time in '${command}' command`);
  }
  return Number(at);
}
