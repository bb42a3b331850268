import { describe, expect, it } from 'vitest';
import { createScripts } from './redis.ts';
import type { Script } from './scripts.ts';

const script: Script = {
  digests: { upstash: 'sha-upstash', redis: 'sha-redis' },
  source: async () => 'return 1',
};
const signal = new AbortController().signal;

/** A Redis that knows no scripts at first, and refuses Upstash's line or not. */
function fakeRedis({ takesLine }: { takesLine: boolean }) {
  const known = new Set<string>();
  const asked: string[] = [];
  const failures: Array<Error | number> = [];
  const fetch = (async (_: unknown, { body }: { body: string }) => {
    const failure = failures.shift();
    if (failure instanceof Error) throw failure;
    if (failure !== undefined) return new Response('{}', { status: failure });
    if (body.includes('"slow"')) await new Promise((resolve) => setTimeout(resolve, 5));
    const commands = JSON.parse(body) as string[][];
    const answers = commands.map(([name = '', text = '']) => {
      asked.push(name === 'EVAL' ? `EVAL${text.startsWith('#!') ? ' with line' : ''}` : name);
      if (name === 'GET') return { result: '42' };
      if (name === 'EVALSHA')
        return known.has(text) ? { result: 1 } : { error: 'NOSCRIPT No matching script.' };
      if (text.startsWith('#!') && !takesLine)
        return { error: 'ERR Unexpected flag in script shebang: allow-key-locking' };
      known.add(text.startsWith('#!') ? 'sha-upstash' : 'sha-redis');
      return { result: 1 };
    });
    return Response.json(answers);
  }) as unknown as typeof globalThis.fetch;
  return { asked, failures, scripts: createScripts({ url: 'http://redis.test', token: 't', fetch }) };
}

const call = { script, keys: ['k'], args: [] };

describe('a script', () => {
  it('is sent once where Redis does not know it, with the line that Upstash wants', async () => {
    const { scripts, asked } = fakeRedis({ takesLine: true });
    for (let count = 0; count < 3; count += 1)
      expect(await scripts.call(call, signal)).toEqual({ result: 1 });
    expect(asked).toEqual(['EVALSHA', 'EVAL with line', 'EVALSHA', 'EVALSHA']);
  });

  it('is sent without the line where Redis refuses it, which is found out once', async () => {
    const { scripts, asked } = fakeRedis({ takesLine: false });
    for (let count = 0; count < 3; count += 1) await scripts.call(call, signal);
    expect(asked).toEqual(['EVALSHA', 'EVAL with line', 'EVALSHA', 'EVAL', 'EVALSHA', 'EVALSHA']);
  });

  it('is answered also for who asked before another call found out', async () => {
    const { scripts } = fakeRedis({ takesLine: false });
    const slow = scripts.call({ ...call, keys: ['slow'] }, signal);
    expect(await scripts.call(call, signal)).toEqual({ result: 1 });
    expect(await slow).toEqual({ result: 1 });
  });

  it('goes in one request with a key that is read before it', async () => {
    const { scripts, asked } = fakeRedis({ takesLine: true });
    await scripts.call(call, signal);
    asked.length = 0;
    expect(await scripts.call({ ...call, readFirst: 'key' }, signal)).toEqual({ result: 1, read: '42' });
    expect(asked).toEqual(['GET', 'EVALSHA']);
  });
});

describe('a request', () => {
  it.each([new TypeError('fetch failed'), 500, 503])(
    'without an answer (%s) is sent once more, and no oftener',
    async (failure) => {
      const { scripts, failures } = fakeRedis({ takesLine: true });
      await scripts.call(call, signal);
      failures.push(failure);
      expect(await scripts.call(call, signal)).toEqual({ result: 1 });
      failures.push(failure, failure);
      await expect(scripts.call(call, signal)).rejects.toThrow();
      expect(await scripts.read('key', signal)).toBe('42');
    },
  );

  it('that nobody waits for any more is not sent again', async () => {
    const { scripts, failures, asked } = fakeRedis({ takesLine: true });
    failures.push(new TypeError('aborted'));
    await expect(scripts.call(call, AbortSignal.abort())).rejects.toThrow('aborted');
    expect(asked).toEqual([]);
  });
});
