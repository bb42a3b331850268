import { createHash, timingSafeEqual } from 'node:crypto';
import { RequestError } from '../errors/index.ts';
import { parseEvent, type SkeneEvent } from '../events/index.ts';
import { requireShallow } from './nesting.ts';

/** More than this in one request is refused: it would not fit into one function call's time either. */
const MOST_EVENTS = 1_000;

/** The largest body taken, in bytes. */
export const MOST_BODY_BYTES = 1_000_000;

/**
 * Reads the events of an API call: CloudEvents 1.0 in JSON, one (`application/json`, `application/cloudevents+json`) or an array
 * (`application/cloudevents-batch+json`, or an array in `application/json`).
 * @throws {RequestError} naming the event and the member that is wrong.
 */
export function eventsFromBody(body: string): SkeneEvent[] {
  const input = parseJson(body, 'Send one event, or an array of events, as JSON.');
  if (!Array.isArray(input)) return [parseEvent(input)];
  if (input.length > MOST_EVENTS) {
    throw new RequestError('REQUEST_INVALID', `${input.length} events are too many for one request.`, {
      hint: `Send at most ${MOST_EVENTS} at a time.`,
    });
  }
  return input.map((item, index) => parseEvent(item, `[${index}]`));
}

/** @throws {RequestError} REQUEST_INVALID when a body is not JSON, or nested too deep. */
export function parseJson(body: string, hint?: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new RequestError('REQUEST_INVALID', 'The body is not JSON.', { cause, hint });
  }
  requireShallow(value);
  return value;
}

/**
 * Reads a body as text, up to `mostBytes`.
 * @throws {RequestError} BODY_TOO_LARGE without reading the rest, REQUEST_INVALID when its sender goes away before its end.
 */
export async function readBody(request: Request, mostBytes = MOST_BODY_BYTES): Promise<string> {
  const tooLarge = () =>
    new RequestError('BODY_TOO_LARGE', `The body is larger than ${mostBytes} bytes.`, {
      hint: 'Send fewer or smaller events.',
    });
  if (Number(request.headers.get('content-length')) > mostBytes) throw tooLarge();
  const reader = request.body?.getReader();
  if (reader === undefined) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await readFrom(reader); !next.done; next = await readFrom(reader)) {
    length += next.value.byteLength;
    if (length > mostBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(next.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readFrom(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new RequestError('REQUEST_INVALID', 'The body broke off before its end.', { cause });
  }
}

/** Makes sure that a caller knows the secret, in a time that does not tell how much of it was right. */
export function requireBearer(headers: Headers, secret: string): void {
  const given = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (timingSafeEqual(digest(given), digest(secret))) return;
  throw new RequestError('UNAUTHORIZED', 'The bearer token is missing or wrong.', {
    hint: 'Send `Authorization: Bearer <SKENE_SECRET>`.',
  });
}
