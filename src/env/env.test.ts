import { describe, expect, it } from 'vitest';
import { createEnv } from './env.ts';

describe('createEnv', () => {
  it('reads nothing before it is asked, and names what is missing then', () => {
    const env = createEnv({});
    expect(() => env.secret).toThrow('SKENE_SECRET is not set.');
    expect(() => env.redis).toThrow('UPSTASH_REDIS_REST_URL is not set.');
    expect(() => env.require('DATABASE_URL')).toThrow('DATABASE_URL is not set.');
  });

  it('takes an empty value for none, and refuses one that is not right', () => {
    expect(createEnv({ SKENE_FROM: '  ' }).from).toBeUndefined();
    expect(() => createEnv({ SKENE_SECRET: 'short' }).secret).toThrow(/SKENE_SECRET is shorter than 16/);
    expect(() => createEnv({ SKENE_URL: 'example.com' }).functionsUrl).toThrow(/SKENE_URL is not an http/);
  });

  it('finds its own address: what was said, else what Vercel says, without a slash at the end', () => {
    expect(createEnv({ SKENE_URL: 'https://a.example/' }).functionsUrl).toBe('https://a.example/api');
    expect(
      createEnv({ VERCEL_PROJECT_PRODUCTION_URL: 'p.vercel.app', VERCEL_URL: 'd.vercel.app' }).functionsUrl,
    ).toBe('https://p.vercel.app/api');
    const preview = {
      VERCEL_ENV: 'preview',
      VERCEL_PROJECT_PRODUCTION_URL: 'p.vercel.app',
      VERCEL_URL: 'd.vercel.app',
    };
    expect(createEnv(preview).functionsUrl).toBe('https://d.vercel.app/api');
    expect(createEnv({ ...preview, SKENE_URL: 'https://app.example.com' }).functionsUrl).toBe(
      'https://d.vercel.app/api',
    );
  });

  it('finds its functions where an app has mounted them: by the path of SKENE_URL, else by what the app says', () => {
    const SKENE_URL = 'https://app.example.com/growth/';
    expect(createEnv({ SKENE_URL }).functionsUrl).toBe('https://app.example.com/growth');
    expect(createEnv({ SKENE_URL }, '/api/skene').functionsUrl).toBe('https://app.example.com/growth');
    expect(createEnv({ SKENE_URL: 'https://app.example.com' }, '/api/skene').functionsUrl).toBe(
      'https://app.example.com/api/skene',
    );
    expect(createEnv({ SKENE_URL, VERCEL_ENV: 'preview', VERCEL_URL: 'd.vercel.app' }).functionsUrl).toBe(
      'https://d.vercel.app/growth',
    );
  });

  it('keeps the keys of a preview apart from those of production', () => {
    const preview = createEnv({ VERCEL_ENV: 'preview', VERCEL_GIT_COMMIT_REF: 'feat/new loop' });
    expect([preview.isPreview, preview.namespace]).toEqual([true, 'preview-feat-new-loop']);
    expect([createEnv({}).isPreview, createEnv({ VERCEL_ENV: 'production' }).namespace]).toEqual([
      false,
      'production',
    ]);
  });

  it("takes Redis' variables as Vercel's integration names them", () => {
    expect(createEnv({ KV_REST_API_URL: 'https://r.example', KV_REST_API_TOKEN: 't' }).redis).toEqual({
      url: 'https://r.example',
      token: 't',
    });
  });

  it("carries Vercel's protection bypass only when there is one", () => {
    expect(createEnv({}).bypassHeaders).toEqual({});
    expect(createEnv({ VERCEL_AUTOMATION_BYPASS_SECRET: 's' }).bypassHeaders).toEqual({
      'x-vercel-protection-bypass': 's',
    });
  });
});
