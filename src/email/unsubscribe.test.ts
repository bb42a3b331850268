import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey } from './address.ts';
import { unsubscribeHeaders, unsubscribeUrl, verifyUnsubscribe } from './unsubscribe.ts';

const FUNCTIONS = 'https://app.example.com/api';
const SECRET = 'a-secret-of-32-characters-or-more';
const LINK = { subject: 'user_1', email: 'ada@example.com', loop: 'activation' };

function tokenOf(link: { subject: string; email: string; loop: string }, secret = SECRET): string {
  return new URL(unsubscribeUrl(FUNCTIONS, secret, link)).searchParams.get('token') ?? '';
}

describe('unsubscribe links', () => {
  it('say whom, which address and which loop, and show no address', () => {
    const token = tokenOf(LINK);
    expect(verifyUnsubscribe(SECRET, token)).toEqual({
      subject: 'user_1',
      addressKey: addressKey('ada@example.com'),
      loop: 'activation',
    });
    expect(Buffer.from(token, 'base64url').toString()).not.toContain('ada@');
  });

  it('lead to the function that takes them', () => {
    expect(unsubscribeUrl(FUNCTIONS, SECRET, LINK)).toMatch(
      /^https:\/\/app\.example\.com\/api\/unsubscribe\?token=[\w-]+\.[\w-]{43}$/,
    );
  });

  it('survive any subject and loop', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, text, (subject, loop) => {
        const read = verifyUnsubscribe(SECRET, tokenOf({ subject, email: 'a@example.com', loop }));
        expect([read?.subject, read?.loop]).toEqual([subject, loop]);
      }),
    );
  });

  it('are void after any single bit is changed', () => {
    const token = Buffer.from(tokenOf(LINK));
    for (let bit = 0; bit < token.length * 8; bit += 1) {
      const tampered = Buffer.from(token);
      tampered[bit >> 3] = (tampered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifyUnsubscribe(SECRET, tampered.toString('latin1'))).toBeUndefined();
    }
  });

  it('are void under another secret, cut short, prolonged or made up', () => {
    const token = tokenOf(LINK);
    expect(verifyUnsubscribe('another-secret-of-32-characters!', token)).toBeUndefined();
    for (const other of ['', '.', token.slice(0, -1), `${token}=`, `${token}.x`, `.${token}`]) {
      expect(verifyUnsubscribe(SECRET, other)).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (text) => verifyUnsubscribe(SECRET, text) === undefined));
  });

  it('offer one click as RFC 8058 asks', () => {
    expect(unsubscribeHeaders('https://app.example.com/api/unsubscribe?token=a.b')).toEqual({
      'List-Unsubscribe': '<https://app.example.com/api/unsubscribe?token=a.b>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
  });
});
