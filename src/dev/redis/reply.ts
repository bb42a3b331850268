/**
 * What a command answers. A string is a bulk string (one character per byte), a number or bigint an integer, `null` the
 * nil reply; statuses and failures are wrapped, because Redis tells "+OK" from the value "OK".
 */
export type Reply = string | number | bigint | null | Status | Failure | readonly Reply[];

/** A simple string reply such as `+OK`. */
export interface Status {
  readonly status: string;
}

/** An error reply; the text begins with its code (`ERR`, `WRONGTYPE`, ...). */
export interface Failure {
  readonly error: string;
}

/** The reply of a command that has nothing to say but that it was done. */
export const OK: Status = { status: 'OK' };

/** What a command throws to answer with an error reply; the message is Redis' own text, code first. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
}

/** The error for options that cannot be read. */
export function syntaxError(): RedisError {
  return new RedisError('ERR syntax error');
}

/** Whether a reply is an error reply. */
export function isFailure(reply: Reply): reply is Failure {
  return typeof reply === 'object' && reply !== null && 'error' in reply;
}

/** Whether a reply is a simple string. */
export function isStatus(reply: Reply): reply is Status {
  return typeof reply === 'object' && reply !== null && 'status' in reply;
}

const NOT_ASCII = /[\u0080-\uffff]/;

/** Text to the engine's byte strings: UTF-8, one character per byte. */
export function toBytes(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** The engine's byte strings to text; bytes that are no UTF-8 become U+FFFD. */
export function toText(bytes: string): string {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

/** A copy of a reply with every bulk string passed through `convert`. */
export function mapStrings(reply: Reply, convert: (bytes: string) => string): Reply {
  if (typeof reply === 'string') return convert(reply);
  return Array.isArray(reply) ? reply.map((item) => mapStrings(item, convert)) : reply;
}
