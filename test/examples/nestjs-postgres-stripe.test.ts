import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signStripe, stripeEvent } from '../integration/webhooks/signed.ts';
import { freePort } from '../servers/free-port.ts';
import { hasPostgres, type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type StripeServer, startStripe } from '../servers/stripe.ts';
import { type AppProcess, startApp } from './app-process.ts';
import { folderOf, isInstalled, schemaOf } from './example.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';

const NAME = 'nestjs-postgres-stripe';
const SDK = 'node_modules/@skene/sdk';

/** As `npm run build` does. npm copied the package when the example was installed: what is compiled now takes its place. */
function build(folder: string): void {
  for (const part of ['dist', 'package.json'])
    cpSync(join(folder, '../..', part), join(folder, SDK, part), { recursive: true });
  for (const command of [[`${SDK}/dist/src/cli/main.js`, 'build'], ['node_modules/typescript/bin/tsc']])
    execFileSync(process.execPath, command, { cwd: folder, stdio: 'pipe' });
}

describe.skipIf(!isInstalled(NAME) || !hasPostgres(`examples/${NAME}`))(`examples/${NAME}`, () => {
  let server: PostgresServer;
  let client: pg.Client;
  let stripe: StripeServer;
  let stack: LocalStack;
  let app: AppProcess;

  beforeAll(async () => {
    const folder = folderOf(NAME);
    build(folder);
    [server, stripe] = await Promise.all([startPostgres(), startStripe()]);
    const database = await server.createDatabase();
    client = new pg.Client(database);
    await client.connect();
    await client.query(schemaOf(NAME));

    const port = await freePort();
    stack = await startLocalStack(NAME, {
      app: `http://127.0.0.1:${port}/api/skene`,
      args: ['--database-url', database],
    });
    app = await startApp({
      folder,
      command: process.execPath,
      args: ['dist/src/main.js'],
      port,
      env: { ...stack.variables, DATABASE_URL: database, PORT: String(port), STRIPE_API_URL: stripe.url },
    });
  }, 90_000);
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(`${stack.dev.output()}\n${app.output()}`);
  });
  afterAll(async () => {
    await app?.stop();
    await stack?.stop();
    await client?.end();
    await stripe?.close();
    await server?.close();
  });

  async function post(
    path: string,
    body: unknown,
    token?: string,
  ): Promise<[number, Record<string, string>]> {
    const response = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return [response.status, text === '' ? {} : JSON.parse(text)];
  }

  async function signUp(name: string): Promise<{ id: string; token: string }> {
    const [status, { id = '', token = '' }] = await post('/signup', { email: `${name}@example.com`, name });
    expect(status).toBe(201);
    return { id, token };
  }

  /** As if they had made their last request so many days ago. */
  const stayAway = (days: number, ...ids: string[]) =>
    client.query(`UPDATE users SET last_activity_at = now() - make_interval(days => $1) WHERE id = ANY($2)`, [
      days,
      ids,
    ]);

  /** To whom emails have gone, the first one first. */
  async function mailed(): Promise<string[]> {
    const emails = (await (await fetch(`${stack.urls.inbox}/api/emails`)).json()) as Array<{ to: string[] }>;
    return emails.flatMap(({ to }) => to).reverse();
  }

  /** Nine o'clock comes, and what it starts ends. */
  async function passDay(): Promise<void> {
    const before = await passes();
    await stack.moveClock('1d');
    await expect.poll(passes, { timeout: 20_000 }).toBeGreaterThan(before);
  }
  const passes = async (): Promise<number> =>
    (await stack.state.runLog.list(100)).filter(({ facts }) => facts.at(-1)?.outcome === 'done').length;

  it('invites back whoever has been away for a week, once, and nobody else', async () => {
    const [ada, bob, eve] = [await signUp('ada'), await signUp('bob'), await signUp('eve')];
    await stayAway(8, ada.id, bob.id);
    await stayAway(6, eve.id);
    await passDay();
    expect((await mailed()).sort()).toEqual(['ada@example.com', 'bob@example.com']);
    await passDay();
    expect(await mailed()).toHaveLength(2);

    // Ada comes back, and goes again.
    expect(await post('/events', { name: 'report.opened' }, ada.token)).toMatchObject([201, {}]);
    await passDay();
    await stayAway(8, ada.id);
    await passDay();
    expect((await mailed()).slice(2)).toEqual(['ada@example.com']);
    expect(stack.dev.output()).not.toContain('problem');
  });

  it('has a row and an event of what a user does', async () => {
    const { id, token } = await signUp('joe');
    await post('/events', { name: 'report.opened' }, token);
    const { rows } = await client.query('SELECT name FROM events WHERE user_id = $1', [id]);
    expect(rows).toEqual([{ name: 'report.opened' }]);
    expect(app.output()).not.toContain('was not accepted');
  });

  it('knows whose the subscription is that was paid at Stripe', async () => {
    const { id, token } = await signUp('zoe');
    expect(await post('/checkout', {}, token)).toMatchObject([201, { url: /checkout\.example\.com/ }]);
    const reference = stripe.checkouts[0]?.get('client_reference_id');
    expect(reference).toBe(id);

    stripe.subscriptions.set('cus_1', [{ status: 'active', plan: 'pro', amount: 2_000 }]);
    const paid = {
      id: 'cs_1',
      object: 'checkout.session',
      customer: 'cus_1',
      client_reference_id: reference,
    };
    const webhook = signStripe(stripeEvent('evt_1', 'checkout.session.completed', paid));
    const address = `${app.url}/api/skene/webhooks/stripe`;
    expect((await fetch(address, { method: 'POST', ...webhook })).status).toBe(200);
    expect(await stack.state.subscriptions.of(id)).toMatchObject({ plan: 'pro', status: 'active' });
    const forged = { ...webhook, body: webhook.body.replace('cus_1', 'cus_2') };
    expect((await fetch(address, { method: 'POST', ...forged })).status).toBe(401);
  });

  it('refuses a second account of an address, and a token it does not know', async () => {
    await signUp('sue');
    expect((await post('/signup', { email: 'sue@example.com', name: 'Sue' }))[0]).toBe(409);
    expect((await post('/events', { name: 'x' }, 'unknown'))[0]).toBe(401);
  });
});
