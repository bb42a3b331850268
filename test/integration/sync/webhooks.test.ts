import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { createTerminal } from '../../../src/cli/terminal.ts';
import { type ResendServer, startResend } from '../../servers/resend.ts';
import { type StripeServer, startStripe } from '../../servers/stripe.ts';
import { freemium } from '../gate/freemium.ts';
import { activation } from '../loops/activation.ts';

const welcome = {
  ...activation,
  id: 'signed-up',
  steps: [
    {
      trigger: { type: 'webhook', provider: 'clerk', event: 'session.created' },
      condition: { type: 'event', name: 'stripe.charge.refunded', timeout: '1d' },
      action: {
        type: 'email',
        template: 'activation_welcome',
        personalization: { name: 'x', activationLink: 'https://example.com' },
      },
    },
  ],
};
const config = { loops: [welcome, freemium(3)] };
const APP = 'https://app.example.com';

let stripe: StripeServer;
let resend: ResendServer;
let folder: string;
beforeAll(async () => {
  stripe = await startStripe();
});
afterAll(() => stripe.close());
beforeEach(async () => {
  stripe.endpoints.clear();
  resend = await startResend();
  folder = mkdtempSync(join(tmpdir(), 'skene-sync-'));
  // As JSON an unlimited plan would be lost: it is null there.
  const text = JSON.stringify(config, (_, value) => (value === Number.POSITIVE_INFINITY ? '∞' : value));
  writeFileSync(join(folder, 'skene.config.mjs'), `export default ${text.replaceAll('"∞"', 'Infinity')};\n`);
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await resend.close();
});

/** Runs `skene sync` on the folder, as it runs in a pipe. */
async function sync(flags: readonly string[], variables: Record<string, string | undefined> = {}) {
  const written = { out: '', note: '' };
  const terminal = createTerminal({
    stdout: { write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.note += text) },
    env: {},
  });
  const usual = {
    SKENE_URL: APP,
    STRIPE_SECRET_KEY: 'sk_test_1',
    STRIPE_API_URL: stripe.url,
    RESEND_API_KEY: 're_1',
    RESEND_BASE_URL: resend.url,
    XDG_CONFIG_HOME: folder,
  };
  for (const [name, value] of Object.entries({ ...usual, ...variables })) vi.stubEnv(name, value);
  try {
    const code = await run(['sync', folder, '--webhooks', ...flags], { terminal, version: '0' });
    return { code, ...written };
  } finally {
    vi.unstubAllEnvs();
  }
}

describe('skene sync of webhooks', () => {
  it('shows what it would make, and what is to be entered at Clerk, and makes nothing unless told', async () => {
    const { code, out, note } = await sync([]);
    expect(code).toBe(2);
    expect(note).toContain('Add --yes');
    expect(out).toMatch(
      /^create +Stripe webhook +https:\/\/app.example.com\/api\/webhooks\/stripe +it is not there$/m,
    );
    expect(out).toMatch(
      /^create +Resend webhook +https:\/\/app.example.com\/api\/webhooks\/resend +it is not there$/m,
    );
    expect(out).toContain('By hand, at Clerk');
    expect(out).toContain('  URL     https://app.example.com/api/webhooks/clerk');
    expect(out).toContain('  events  session.created, user.created, user.deleted, user.updated');
    expect([stripe.endpoints.size, resend.webhooks.size]).toEqual([0, 0]);
    expect(await sync(['--check'])).toMatchObject({ code: 1 });
  });

  it("makes Stripe's and Resend's with the events that the loops read, and tells their secrets", async () => {
    const { code, out } = await sync(['--yes']);
    expect(code).toBe(0);
    const [made] = stripe.endpoints.values();
    expect(made).toMatchObject({
      url: `${APP}/api/webhooks/stripe`,
      api_version: '2026-10-28.endive',
      metadata: { skene: 'production' },
    });
    expect(made?.enabled_events).toEqual(
      expect.arrayContaining([
        'charge.refunded',
        'checkout.session.completed',
        'customer.subscription.deleted',
      ]),
    );
    expect(made?.enabled_events).not.toContain('*');
    expect([...resend.webhooks.values()]).toMatchObject([
      { endpoint: `${APP}/api/webhooks/resend`, events: expect.arrayContaining(['email.bounced']) },
    ]);
    expect(out).toContain('  whsec_of_we_1\n');
    expect(out).toContain('vercel env add STRIPE_WEBHOOK_SECRET production');
    expect(out).toContain('  whsec_of_wh_1\n');
    expect(out).toContain('vercel env add RESEND_WEBHOOK_SECRET production');
    const again = await sync(['--check']);
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('is as it should be') });
    expect(again.out).not.toContain('whsec_');
  });

  it('mends one that was made by hand for the same address: its events, and that it is disabled', async () => {
    stripe.endpoints.set('we_hand', {
      id: 'we_hand',
      object: 'webhook_endpoint',
      url: `${APP}/api/webhooks/stripe`,
      enabled_events: ['invoice.paid', 'payout.paid'],
      status: 'disabled',
      api_version: null,
      description: null,
      metadata: {},
    });
    const shown = await sync(['--check']);
    expect(shown.code).toBe(1);
    expect(shown.out).toMatch(
      /change +Stripe webhook .*it is disabled; is to be told of .*charge.refunded.*; need not be told of payout.paid/,
    );
    const { out } = await sync(['--yes', '--json']);
    expect(JSON.parse(out).webhooks.secrets).toEqual([{ provider: 'resend', secret: 'whsec_of_wh_1' }]);
    expect(stripe.endpoints.get('we_hand')).toMatchObject({
      status: 'enabled',
      metadata: { skene: 'production' },
    });
    expect(stripe.endpoints.get('we_hand')?.enabled_events).not.toContain('payout.paid');
    expect(stripe.endpoints.size).toBe(1);
  });

  it('finds its own among the pages of others, leaves theirs alone, and removes what it made for another address only with --prune', async () => {
    for (const id of ['a', 'b', 'c'])
      stripe.endpoints.set(id, {
        id,
        object: 'webhook_endpoint',
        url: `https://${id}.example.com/hooks`,
        enabled_events: ['*'],
        status: 'enabled',
        api_version: null,
        description: null,
        metadata: {},
      });
    await sync(['--yes'], { SKENE_URL: 'https://old.example.com' });
    await sync(['--yes']);
    const urls = () =>
      [...stripe.endpoints.values()].map(({ url }) => url).filter((url) => url.includes('/api/'));
    expect(urls()).toEqual(['https://old.example.com/api/webhooks/stripe', `${APP}/api/webhooks/stripe`]);
    const kept = await sync(['--check']);
    expect(kept).toMatchObject({ code: 0 });
    expect(kept.out).toMatch(
      /keep +Stripe webhook +https:\/\/old.example.com\S+ +skene sync made it for another address; --prune/,
    );
    expect(await sync(['--yes', '--prune'])).toMatchObject({ code: 0 });
    expect(urls()).toEqual([`${APP}/api/webhooks/stripe`]);
    expect([...stripe.endpoints.keys()]).toEqual(expect.arrayContaining(['a', 'b', 'c']));
  });

  it('says what to enter by hand where there is no key, or one that may not', async () => {
    resend.key = 'sending';
    const { code, out } = await sync(['--yes'], { STRIPE_SECRET_KEY: undefined });
    expect(code).toBe(0);
    expect(out).toContain('By hand, at Stripe (STRIPE_SECRET_KEY is not set):');
    expect(out).toMatch(/By hand, at Resend \(Resend answered 401 restricted_api_key/);
    expect(out).toContain(`  URL     ${APP}/api/webhooks/stripe`);
    stripe.fail(403, 1);
    expect((await sync(['--check'])).out).toMatch(/By hand, at Stripe \(Stripe did not do it: /);
  });

  it('fails where the provider cannot be reached, rather than take it for empty', async () => {
    stripe.fail(500, 2);
    expect(await sync(['--yes'])).toMatchObject({
      code: 1,
      note: expect.stringContaining('Stripe did not do it'),
    });
    expect(resend.webhooks.size).toBe(0);
  });

  it('asks neither where no loop needs them, and removes what it made for them only with --prune', async () => {
    await sync(['--yes']);
    const text = JSON.stringify({
      loops: [
        {
          ...activation,
          steps: [{ trigger: { type: 'event', name: 'x' }, action: { type: 'custom', name: 'y' } }],
        },
      ],
      actions: {},
    });
    // Under another name, because a module is loaded once.
    rmSync(join(folder, 'skene.config.mjs'));
    writeFileSync(
      join(folder, 'skene.config.ts'),
      `const config = ${text};\nconfig.actions.y = async () => {};\nexport default config;\n`,
    );
    const before = stripe.requests();
    expect(await sync(['--check'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('There is nothing to keep in step'),
    });
    expect(stripe.requests()).toBe(before);
    const { code, out } = await sync(['--yes', '--prune']);
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^remove +Stripe webhook .*no loop needs it$/m),
    });
    expect([stripe.endpoints.size, resend.webhooks.size]).toEqual([0, 1]);
  });

  it('touches nothing for a local stack or a preview', async () => {
    for (const variables of [
      { SKENE_URL: 'http://localhost:3000' },
      { VERCEL_ENV: 'preview', VERCEL_URL: 'app-git-x.vercel.app' },
    ])
      expect(await sync(['--check'], variables)).toMatchObject({
        code: 0,
        out: expect.stringContaining('There is nothing to keep in step'),
      });
  });
});
