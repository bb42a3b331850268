import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKey, formatMailbox, isAddress, parseMailbox, singleLine } from './address.ts';

describe('isAddress', () => {
  it.each(['ada@example.com', 'a.b+c@sub.example.co.uk', "o'neil@example.com", 'x@xn--bcher-kva.example'])(
    'takes %s',
    (address) => expect(isAddress(address)).toBe(true),
  );

  it.each([
    '',
    'ada',
    'ada@localhost',
    'a..b@example.com',
    '.a@example.com',
    'ada@-example.com',
    'ada@example.com\r\nBcc: eve@example.com',
    'ada@example.com, eve@example.com',
    'ada <ada@example.com>',
    'ada@exam ple.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(250)}.com`,
  ])('refuses %j', (address) => expect(isAddress(address)).toBe(false));

  it('takes any address an RFC 5321 generator makes with a plain local part', () => {
    fc.assert(fc.property(fc.emailAddress(), (address) => isAddress(address)));
  });
});

describe('addressKey', () => {
  it('is the same however the address is written, and does not show it', () => {
    expect(addressKey(' Ada@Example.com ')).toBe(addressKey('ada@example.com'));
    expect(addressKey('ada@example.com')).toMatch(/^[\w-]{43}$/);
    expect(addressKey('eve@example.com')).not.toBe(addressKey('ada@example.com'));
  });
});

describe('mailboxes', () => {
  it('are read with and without a name', () => {
    expect(parseMailbox('ada@example.com')).toEqual({ address: 'ada@example.com' });
    expect(parseMailbox('Ada Lovelace <ada@example.com>')).toEqual({
      name: 'Ada Lovelace',
      address: 'ada@example.com',
    });
    expect(parseMailbox('"Lovelace, \\"Ada\\"" <ada@example.com>')?.name).toBe('Lovelace, "Ada"');
    expect(parseMailbox('Ada <ada@example.com> <eve@example.com>')).toBeUndefined();
    expect(parseMailbox('Ada <nobody>')).toBeUndefined();
    expect(parseMailbox('"Ada <eve@example.com>" <ada@example.com>')).toEqual({
      name: 'Ada <eve@example.com>',
      address: 'ada@example.com',
    });
  });

  it('are read in a time that grows with their length alone', () => {
    expect(parseMailbox(`a${' '.repeat(300_000)}b`)).toBeUndefined();
    expect(parseMailbox(`"${'\\'.repeat(300_000)}`)).toBeUndefined();
  });

  it('quote what means something in a header', () => {
    expect(formatMailbox({ name: 'Zoë 李', address: 'z@example.com' })).toBe('Zoë 李 <z@example.com>');
    expect(formatMailbox({ name: 'Lovelace, Ada', address: 'a@example.com' })).toBe(
      '"Lovelace, Ada" <a@example.com>',
    );
    expect(formatMailbox({ name: 'x" <eve@example.com>, "', address: 'a@example.com' })).toBe(
      '"x\\" <eve@example.com>, \\"" <a@example.com>',
    );
  });

  it('stay on one line and keep their address, whatever the name', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(text, (name) => {
        const line = formatMailbox({ name, address: 'a@example.com' });
        expect(line).not.toMatch(/\p{Cc}/u);
        expect(line.length).toBeLessThan(998);
        expect(line.endsWith('a@example.com') || line.endsWith('<a@example.com>')).toBe(true);
      }),
    );
  });
});

describe('singleLine', () => {
  it('turns line breaks of every kind into spaces and drops marks that turn text around', () => {
    expect(singleLine('Hi\r\nBcc: eve@example.com\u2028x\u0085y\u0000z')).toBe(
      'Hi Bcc: eve@example.com x y z',
    );
    expect(singleLine('\u202etxt.exe\u2066')).toBe('txt.exe');
    expect(singleLine('مرحبا')).toBe('مرحبا');
  });
});
