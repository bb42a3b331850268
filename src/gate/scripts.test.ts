import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KEY_LOCKING, operateScript, setScript } from './scripts.ts';

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');

describe('the digests of the scripts', () => {
  it.each([
    ['operateScript', operateScript],
    ['setScript', setScript],
  ])('are those of their sources: %s', async (_, { digests, source }) => {
    const text = await source();
    expect(digests).toEqual({ upstash: sha1(KEY_LOCKING + text), redis: sha1(text) });
  });
});
