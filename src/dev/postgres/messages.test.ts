import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createMessageReader,
  errorField,
  type Message,
  MessageLengthError,
  readRow,
  readTexts,
  typeOf,
  writeError,
  writeMessage,
} from './messages.ts';

describe('a message reader', () => {
  it('gives the same messages however the bytes are cut', () => {
    const written = fc.array(
      fc
        .tuple(fc.constantFrom('Q', 'B', 'd'), fc.uint8Array({ maxLength: 40 }))
        .map(([type, body]) => writeMessage(type, body)),
    );
    fc.assert(
      fc.property(written, fc.array(fc.nat(200)), (messages, cuts) => {
        const read: Message[] = [];
        const take = createMessageReader({ longest: 1_000, onMessage: (message) => read.push(message) });
        const bytes = Buffer.concat(messages);
        const places = [...cuts, bytes.length].sort((a, b) => a - b);
        for (const [index, place] of places.entries()) take(bytes.subarray(places[index - 1] ?? 0, place));
        expect(read).toEqual(messages);
      }),
    );
  });

  it.each([-1, 0, 3, 101])('refuses a length of %s when 100 is the longest', (length) => {
    const take = createMessageReader({ longest: 100, onMessage: () => {} });
    const bytes = Buffer.from([0x51, 0, 0, 0, 0]);
    bytes.writeInt32BE(length, 1);
    expect(() => take(bytes)).toThrow(MessageLengthError);
  });
});

describe('a message', () => {
  it('has its type, and texts up to their zeros', () => {
    const message = writeMessage('P', 'name', 'SELECT é', Buffer.of(0, 0));
    expect(typeOf(message)).toBe('P');
    expect(message.readInt32BE(1)).toBe(message.length - 1);
    expect(readTexts(message, 2)).toEqual(['name', 'SELECT é']);
  });

  it('of an error has fields under letters', () => {
    const error = writeError({ S: 'FATAL', C: '57014', M: 'no' });
    expect([errorField(error, 'C'), errorField(error, 'M'), errorField(error, 'H')]).toEqual([
      '57014',
      'no',
      undefined,
    ]);
  });

  it('of a row has values, and null where there is none', () => {
    const row = writeMessage('D', Buffer.of(0, 3), 1, Buffer.from('a'), -1, 0);
    expect(readRow(row)).toEqual(['a', null, '']);
  });
});
