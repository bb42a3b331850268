import { afterEach, describe, expect, it, vi } from 'vitest';
import { track } from './track.ts';

const SECRET = 'a-secret-of-32-characters-or-more';

function answerWith(status: number): ReturnType<typeof vi.fn<typeof fetch>> {
  const fetched = vi.fn<typeof fetch>(async () => new Response('no room', { status }));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}
afterEach(() => vi.unstubAllGlobals());

describe('track()', () => {
  it.each([
    ['https://skene.example.com', 'https://skene.example.com/api/events'],
    ['https://skene.example.com/', 'https://skene.example.com/api/events'],
    ['https://app.example.com/api/skene', 'https://app.example.com/api/skene/events'],
    ['https://app.example.com/growth/', 'https://app.example.com/growth/events'],
  ])('finds the events function of %s', async (url, expected) => {
    const fetched = answerWith(202);
    await track({ name: 'project.created', subject: 'user_1' }, { url, secret: SECRET });
    expect(fetched).toHaveBeenCalledWith(expected, expect.objectContaining({ method: 'POST' }));
  });

  it('sends CloudEvents 1.0 with the token', async () => {
    const fetched = answerWith(202);
    const event = { name: 'project.created', subject: 'user_1', id: 'e1', time: new Date(0), data: { n: 1 } };
    await track(event, { url: 'https://a.example', secret: SECRET });
    const { headers, body } = fetched.mock.calls[0]?.[1] ?? {};
    expect(new Headers(headers).get('authorization')).toBe(`Bearer ${SECRET}`);
    expect(JSON.parse(String(body))).toEqual({
      specversion: '1.0',
      id: 'e1',
      source: '/track',
      type: 'project.created',
      subject: 'user_1',
      time: '1970-01-01T00:00:00.000Z',
      data: { n: 1 },
    });
  });

  it('says which event was not accepted, and why', async () => {
    answerWith(503);
    await expect(
      track(
        { name: 'project.created', subject: 'u', id: 'e1' },
        { url: 'https://a.example', secret: SECRET },
      ),
    ).rejects.toThrow('Event project.created (e1) was not accepted: 503 no room');
  });

  it('names the variables it needs', async () => {
    await expect(track({ name: 'a', subject: 'u' }, { url: '', secret: '' })).rejects.toThrow(
      'Set SKENE_URL and SKENE_SECRET',
    );
  });
});
