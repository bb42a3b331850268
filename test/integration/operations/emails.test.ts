import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation } from '../loops/activation.ts';
import { skene } from './command-line.ts';

const CONFIG = ['--config', 'test/fixtures/seeds/next-planetscale-nextauth.skene.config.ts'];

let world: World;
beforeAll(async () => {
  world = await createWorld({ config: activation });
});
afterAll(() => world.close());

describe('skene emails', () => {
  it('lists what the loops send', async () => {
    expect((await skene(world, 'emails', 'list', ...CONFIG)).out).toMatch(
      /activation_welcome +\S+ +\S+ +marketing/,
    );
  });

  it('shows one as text and as HTML, with sample values or those that are given', async () => {
    const preview = ['emails', 'preview', 'activation_welcome', ...CONFIG];
    const { out } = await skene(world, ...preview);
    expect(out).toMatch(/^Subject: .*Ada Lovelace/);
    expect(out).toContain('https://example.com/unsubscribe');
    const { out: html } = await skene(world, ...preview, '--html', '--data', '{"user":{"name":"<Grace>"}}');
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain('&lt;Grace&gt;');
    expect(JSON.parse((await skene(world, ...preview, '--json')).out)).toMatchObject({
      scope: { user: { name: 'Ada Lovelace' } },
    });
  });

  it('sends one to whoever asks', async () => {
    const send = ['emails', 'send-test', 'activation_welcome', ...CONFIG];
    expect(await skene(world, ...send, '--to', 'me@example.com')).toMatchObject({ code: 0 });
    expect(world.emails).toMatchObject([
      { to: ['me@example.com'], subject: expect.stringMatching(/^\[Test\] /) },
    ]);
    expect(await skene(world, ...send)).toMatchObject({ code: 2, note: expect.stringContaining('--to') });
  });

  it('names the templates when there is none of that name', async () => {
    expect(await skene(world, 'emails', 'preview', 'goodbye', ...CONFIG)).toMatchObject({
      code: 2,
      note: expect.stringMatching(/No template is called "goodbye".*\n.*activation_welcome/),
    });
  });
});
