import { describe, expect, it } from 'vitest';
import { forThisMachine, requireLocal } from './local-only.ts';

const ask =
  (url: string, init: RequestInit = {}) =>
  () =>
    requireLocal(new Request(url, init));
const post = (headers: Record<string, string> = {}, url = 'http://127.0.0.1:3000/dev/clock') =>
  ask(url, { method: 'POST', headers });

describe('what is for this machine alone', () => {
  it('is reached under the names of this machine', () => {
    for (const host of ['127.0.0.1:3000', 'localhost:3000', '[::1]:3000'])
      expect(ask(`http://${host}/dev/playground`)).not.toThrow();
  });

  it('is not reached under a name that somebody else has led here', () => {
    for (const host of ['evil.example:3000', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1'])
      expect(ask(`http://${host}/dev/playground`)).toThrow(/not a name of this machine/);
  });

  it('is changed by its own pages, and by what is no browser', () => {
    expect(post()).not.toThrow();
    expect(post({ origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-origin' })).not.toThrow();
    expect(post({ origin: 'null', 'sec-fetch-site': 'same-origin' })).not.toThrow();
  });

  it('is not changed by another site, nor by another port of this machine', () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:4000' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ])
      expect(post(headers as Record<string, string>)).toThrow(/another site/);
  });
});

describe('a service of the local stack', () => {
  const statusOf = async (url: string, headers: Record<string, string>, pages = false): Promise<number> => {
    const handler = forThisMachine(async () => new Response('OK'), { pages });
    return (await handler(new Request(url, { headers }))).status;
  };
  const set = 'http://127.0.0.1:8079/set/a/b?_token=skene-dev-redis';

  it('answers programs', async () => expect(await statusOf(set, {})).toBe(200));

  it('is not written to by an image of a web site', async () => {
    expect(await statusOf(set, { 'sec-fetch-site': 'cross-site' })).toBe(401);
    expect(await statusOf(set.replace('127.0.0.1', 'evil.example'), {})).toBe(401);
  });

  it('shows its pages to whoever follows a link to them, where it has any', async () => {
    expect(await statusOf('http://localhost:8025/', { 'sec-fetch-site': 'cross-site' }, true)).toBe(200);
  });
});
