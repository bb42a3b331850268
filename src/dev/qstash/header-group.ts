import { parseDuration } from './duration.ts';
import { RequestError } from './request-error.ts';

/** What keys, labels and ids may consist of. */
export const NAME = /^[A-Za-z0-9._-]+$/;

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The `Upstash-*` headers of one message under lower-case names without their prefix. */
export type HeaderGroup = ReadonlyMap<string, string>;

const PREFIX = 'upstash-';

/**
 * Collects the `upstash-*` headers of a request or batch item (and its content type, as `content-type`).
 * Throws a 400 for names and values that are no HTTP headers.
 */
export function collectHeaders(headers: Iterable<readonly [string, string]>): HeaderGroup {
  const group = new Map<string, string>();
  for (const [rawName, value] of headers) {
    const name = rawName.toLowerCase();
    if (name !== 'content-type' && !name.startsWith(PREFIX)) continue;
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) {
      throw new RequestError(400, `invalid header ${JSON.stringify(rawName)}`);
    }
    group.set(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name, value);
  }
  return group;
}

/** A header's whole number. Throws a 400 when it is none. */
export function readInteger(group: HeaderGroup, name: string): number | undefined {
  const value = group.get(name);
  if (value === undefined) return undefined;
  if (!/^\s*\d{1,15}\s*$/.test(value)) {
    throw new RequestError(400, `invalid Upstash-${name}: "${value}" is not a whole number`);
  }
  return Number(value);
}

/** A header's duration (`10s`, `1d10h30m`) in ms. Throws a 400 when it is none. */
export function readDuration(group: HeaderGroup, name: string): number | undefined {
  const value = group.get(name);
  if (value === undefined) return undefined;
  const duration = parseDuration(value);
  if (duration === undefined) {
    throw new RequestError(
      400,
      `invalid Upstash-${name}: "${value}" is not a duration such as 10s or 1d10h30m`,
    );
  }
  return duration;
}
