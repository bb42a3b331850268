import mysql from 'mysql2/promise';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signStripe, stripeEvent } from '../integration/webhooks/signed.ts';
import { type ClerkServer, startClerk } from '../servers/clerk.ts';
import { freePort } from '../servers/free-port.ts';
import { hasMariadb, type MariadbServer, startMariadbServer } from '../servers/mariadb.ts';
import { type PlanetscaleServer, startPlanetscaleServer } from '../servers/planetscale.ts';
import { type StripeServer, startStripe } from '../servers/stripe.ts';
import type { AppProcess } from './app-process.ts';
import { hasBrowser, openBrowser } from './browser.ts';
import { emailsTo, isInstalled, schemaOf } from './example.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { buildNext, startNext } from './next-app.ts';

const NAME = 'next-planetscale-clerk-stripe';
const WHAT = `examples/${NAME}`;
const canRun = hasMariadb(WHAT) && hasBrowser(WHAT) && isInstalled(NAME);
const MESSAGE = "You've reached your free tier limit. Upgrade to continue.";

describe.skipIf(!canRun)(WHAT, () => {
  let mariadb: MariadbServer;
  let database: mysql.Connection;
  let planetscale: PlanetscaleServer;
  let clerk: ClerkServer;
  let stripe: StripeServer;
  let stack: LocalStack;
  let app: AppProcess;
  let browser: Browser;
  let home: string;
  /** What pages complained of. */
  const problems: string[] = [];

  beforeAll(async () => {
    const port = await freePort();
    home = `http://localhost:${port}`;
    mariadb = await startMariadbServer({ password: 'pscale_pw_test' });
    const uri = await mariadb.createDatabase();
    database = await mysql.createConnection({ uri, multipleStatements: true });
    await database.query(schemaOf(NAME));
    planetscale = await startPlanetscaleServer(uri);
    [clerk, stripe] = await Promise.all([
      startClerk({ webhook: `${home}/api/webhooks/clerk` }),
      startStripe(),
    ]);
    const args = ['--database-url', planetscale.url];
    stack = await startLocalStack(NAME, { app: `${home}/api/skene`, args });
    const env = {
      ...stack.variables,
      ...clerk.variables,
      DATABASE_URL: planetscale.url,
      APP_URL: home,
      STRIPE_API_URL: stripe.url,
    };
    [browser] = await Promise.all([openBrowser(), buildNext(NAME, env)]);
    app = await startNext(NAME, { port, env });
  }, 180_000);
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(`${stack.dev.output()}\n${app.output()}`, problems);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await stack?.stop();
    await Promise.all([clerk?.close(), stripe?.close(), planetscale?.close()]);
    await database?.end();
    await mariadb?.stop();
  });

  async function signUp(name: string): Promise<Page> {
    const context = await browser.newContext();
    await context.route(
      ({ hostname }) => hostname !== 'localhost',
      (route) => route.abort(),
    );
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => problems.push(message.text()));
    await page.goto(home);
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByPlaceholder('First name').fill(name);
    await page.getByPlaceholder('Email address').fill(`${name.toLowerCase()}@example.com`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: `Hello ${name}` }).waitFor();
    // Until the page's script has loaded, its button does nothing.
    await page.waitForLoadState('networkidle');
    return page;
  }

  async function createReport(page: Page, total: number): Promise<void> {
    await page.getByRole('button', { name: 'Create report' }).click();
    await page.getByText(`${total} reports`, { exact: true }).waitFor();
  }

  const usage = async (user: string): Promise<number> => {
    const [rows] = await database.query<mysql.RowDataPacket[]>('SELECT used FROM `usage` WHERE user_id = ?', [
      user,
    ]);
    return Number(rows[0]?.used ?? 0);
  };

  it('lets a hundred pass, says why the next does not, asks to upgrade, and opens when Stripe is paid', async () => {
    const page = await signUp('Ada');
    for (let total = 1; total <= 100; total++) await createReport(page, total);
    expect(await page.getByRole('alert').filter({ hasText: MESSAGE }).count()).toBe(0);
    await page.getByRole('button', { name: 'Create report' }).click();
    await page.getByRole('alert').filter({ hasText: MESSAGE }).waitFor();
    expect(await page.getByText('100 reports', { exact: true }).count()).toBe(1);

    const mailed = () => emailsTo('ada@example.com', stack.urls.inbox);
    await expect.poll(mailed, { timeout: 20_000 }).toHaveLength(1);
    await expect.poll(() => usage('user_1'), { timeout: 20_000 }).toBe(100);

    // What the link in the message asks Stripe for says whose the subscription will be.
    const checkout = await page.request.get(`${home}/api/checkout`, { maxRedirects: 0 });
    expect(checkout.status()).toBe(303);
    const reference = stripe.checkouts[0]?.get('client_reference_id');
    stripe.subscriptions.set('cus_1', [{ status: 'active', plan: 'pro', amount: 2_000 }]);
    const session = {
      id: 'cs_1',
      object: 'checkout.session',
      customer: 'cus_1',
      client_reference_id: reference,
    };
    const webhook = signStripe(stripeEvent('evt_1', 'checkout.session.completed', session));
    const told = await fetch(`${home}/api/skene/webhooks/stripe`, { method: 'POST', ...webhook });
    expect(told.status).toBe(200);

    const paidAt = performance.now();
    await expect
      .poll(async () => (await page.request.post(`${home}/api/features/reports`)).status(), { interval: 50 })
      .toBe(200);
    expect(performance.now() - paidAt).toBeLessThan(10_000);
    await createReport(page, 101);
    expect(await mailed()).toHaveLength(1);
  });

  it('asks for a session', async () => {
    expect((await fetch(`${home}/api/features/reports`, { method: 'POST' })).status).toBe(401);
  });
});
