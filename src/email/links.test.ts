import { describe, expect, it } from 'vitest';
import { withSafeLinks } from './links.ts';

describe('withSafeLinks', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'java&#115;cript:alert(1)',
    'javascript&colon;alert(1)',
    'javascript&#x3a;alert(1)',
    'vbscript:x',
    'data:text/html,x',
    'ms-settings:x',
  ])('replaces %j', (url) => {
    expect(withSafeLinks(`<a href="${url}">x</a>`, [])).toBe('<a href="#">x</a>');
    expect(withSafeLinks(`<a class=b HREF = '${url}'>x</a>`, [])).toBe('<a class=b HREF = "#">x</a>');
  });

  it.each([
    'https://example.com/?a=b:c',
    'http://x',
    'mailto:a@example.com',
    'tel:+1',
    '/relative:x',
    '#top',
    '',
  ])('keeps %j', (url) => {
    const link = `<a href="${url}">x</a>`;
    expect(withSafeLinks(link, [])).toBe(link);
  });

  it('keeps a scheme that the author wrote out, unless it runs code', () => {
    const link = '<a href="myapp://open/1">x</a>';
    expect(withSafeLinks(link, [])).toBe('<a href="#">x</a>');
    expect(withSafeLinks(link, ['myapp://open/{{ user.id }}'])).toBe(link);
    expect(withSafeLinks('<a href="javascript:x">x</a>', ['javascript://x'])).toBe('<a href="#">x</a>');
  });

  it('keeps embedded images and drops other sources', () => {
    expect(withSafeLinks('<img src="cid:logo"><img src="tel:1">', [])).toBe(
      '<img src="cid:logo"><img src="#">',
    );
  });
});
