/**
 * Messages of PostgreSQL's wire protocol 3.0, as far as a server in front of another server reads and writes them.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** One message with its header: a type byte and a length that counts itself and the body. */
export type Message = Buffer;

const HEADER_BYTES = 5;

/** The letter that says what a message is. */
export function typeOf(message: Message): string {
  return String.fromCharCode(message[0] ?? 0);
}

/** The values of a "data row" in text format. */
export function readRow(message: Message): (string | null)[] {
  const values: (string | null)[] = [];
  let at = HEADER_BYTES + 2;
  for (let left = message.readInt16BE(HEADER_BYTES); left > 0; left -= 1) {
    const length = message.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : message.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return values;
}

/** Builds a message of which each part is an integer of 32 bits, a text with its closing zero, or bytes. */
export function writeMessage(type: string, ...parts: (number | string | Uint8Array)[]): Message {
  const body = parts.map((part) => {
    if (typeof part === 'number') return int32(part);
    return typeof part === 'string' ? Buffer.from(`${part}\0`) : part;
  });
  const length = body.reduce((sum, part) => sum + part.length, 4);
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(length), ...body]);
}

/** The texts that a message's body begins with, each up to its closing zero. */
export function readTexts(message: Message, count: number, offset = 0): string[] {
  const texts: string[] = [];
  let start = HEADER_BYTES + offset;
  while (texts.length < count) {
    const end = message.indexOf(0, start);
    if (end < 0) break;
    texts.push(message.toString('utf8', start, end));
    start = end + 1;
  }
  return texts;
}

/** An error or a notice, with its fields under their letters (`C` the SQLSTATE, `M` the message, `H` a hint). */
export function writeError(fields: Readonly<Record<string, string>>): Message {
  const parts = Object.entries({ V: fields.S ?? 'ERROR', ...fields }).map(([letter, text]) => letter + text);
  return writeMessage('E', ...parts, Buffer.of(0));
}

/** The field of an error or a notice under a letter. */
export function errorField(message: Message, letter: string): string | undefined {
  const fields = message.toString('utf8', HEADER_BYTES).split('\0');
  return fields.find((field) => field.startsWith(letter))?.slice(1);
}

/** Whether the backend is idle, in a transaction, or in one that failed. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** "Ready for query". */
export function writeReady(status: TransactionStatus): Message {
  return writeMessage('Z', Buffer.from(status));
}

/** What a "ready for query" says. */
export function statusOf(message: Message): TransactionStatus {
  return message.toString('latin1', HEADER_BYTES, HEADER_BYTES + 1) as TransactionStatus;
}

/** The error of a message that is longer than can be taken, or shorter than its own length. */
export class MessageLengthError extends Error {}

/**
 * Cuts a stream of bytes into messages.
 * @param options.longest the most bytes one message may have.
 * @param options.onMessage called for each whole message; it may keep it.
 * @returns a function that takes the next bytes. @throws {MessageLengthError} when a message gives a length that cannot be.
 */
export function createMessageReader(options: {
  longest: number;
  onMessage: (message: Message) => void;
}): (bytes: Uint8Array) => void {
  let chunks: Buffer[] = [];
  let size = 0;
  let wanted = HEADER_BYTES;

  return (bytes) => {
    chunks.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    size += bytes.byteLength;
    if (size < wanted) return;
    let rest = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    for (;;) {
      wanted = HEADER_BYTES;
      if (rest.length < wanted) break;
      const length = rest.readInt32BE(1);
      if (length < 4 || length > options.longest)
        throw new MessageLengthError(`A message of ${length} bytes.`);
      wanted = length + 1;
      if (rest.length < wanted) break;
      const message = rest.subarray(0, wanted);
      rest = rest.subarray(wanted);
      options.onMessage(message);
    }
    chunks = rest.length === 0 ? [] : [rest];
    size = rest.length;
  };
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}
