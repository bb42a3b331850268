import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DevProcess, startDev } from '../e2e/dev-process.ts';
import { freePort } from '../servers/free-port.ts';
import { hasPostgres, type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type AppProcess, startApp } from './app-process.ts';
import { copyLoops, emailsTo, folderOf, pythonWith, schemaOf } from './example.ts';

const NAME = 'fastapi-postgres';
const python = pythonWith(['fastapi', 'uvicorn', 'psycopg'], `examples/${NAME}`);

describe.skipIf(python === undefined || !hasPostgres(`examples/${NAME}`))(`examples/${NAME}`, () => {
  const loops = copyLoops(NAME);
  let server: PostgresServer;
  let dev: DevProcess;
  let app: AppProcess;
  let inbox: string;

  beforeAll(async () => {
    server = await startPostgres();
    const database = await server.createDatabase();
    const client = new pg.Client(database);
    await client.connect();
    await client.query(schemaOf(NAME));
    await client.end();

    cpSync(join(folderOf(NAME), 'limits'), join(loops, 'limits'), { recursive: true });
    dev = startDev(join(loops, 'limits'), ['--database-url', database]);
    const urlOf = async (name: string) => (await dev.line(new RegExp(`^ +${name} +(\\S+)$`, 'm')))[1] ?? '';
    inbox = await urlOf('inbox');
    const port = await freePort();
    app = await startApp({
      folder: folderOf(NAME),
      command: python ?? '',
      args: ['-B', '-m', 'uvicorn', 'main:app', '--port', String(port)],
      port,
      env: { DATABASE_URL: database, SKENE_URL: await urlOf('functions'), SKENE_SECRET: 'skene-dev-secret' },
    });
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(`${dev.output()}\n${app.output()}`);
  });
  afterAll(async () => {
    await app?.stop();
    await dev?.kill();
    await server?.close();
    rmSync(loops, { recursive: true, force: true });
  });

  async function post(path: string, body: unknown, key?: string): Promise<[number, Record<string, string>]> {
    const response = await fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
      body: JSON.stringify(body),
    });
    return [response.status, (await response.json()) as Record<string, string>];
  }

  it('welcomes who signs up and creates a first project, once', async () => {
    const [signedUp, ada] = await post('/signup', { email: 'ada@example.com', name: 'Ada' });
    expect(signedUp).toBe(201);
    await dev.line(new RegExp(`waiting +activation waits for ${ada.id}, up to 5m`));
    expect(await emailsTo('ada@example.com', inbox)).toEqual([]);

    expect(await post('/projects', { name: 'First' }, ada.api_key)).toMatchObject([201, {}]);
    await dev.line(new RegExp(`outcome +activation for ${ada.id}: sent`));
    expect(await post('/projects', { name: 'Second' }, ada.api_key)).toMatchObject([201, {}]);
    const [email, ...more] = await emailsTo('ada@example.com', inbox);
    expect(email?.subject).toBe('Welcome, Ada: your first step');
    expect(email?.html).toContain('http://127.0.0.1:8000/docs');
    expect(more).toEqual([]);
  });

  it('sends events over plain HTTP', async () => {
    const [, bob] = await post('/signup', { email: 'bob@example.com', name: 'Bob' });
    await post('/projects', { name: 'Told' }, bob.api_key);
    await dev.line(new RegExp(`event +project\\.created .*${bob.id}`));
    expect(app.output()).not.toContain('Skene did not take');
  });

  it('counts reports per user, answers beyond the limit, charges for no failure, and asks to upgrade', async () => {
    const [, kim] = await post('/signup', { email: 'kim@example.com', name: 'Kim' });
    const report = (kind: string, headers: Record<string, string> = {}) =>
      fetch(`${app.url}/reports/${kind}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${kim.api_key}`, ...headers },
      });
    const [first, again] = [
      await report('sales', { 'idempotency-key': 'one' }),
      await report('sales', { 'idempotency-key': 'one' }),
    ];
    expect([first.status, first.headers.get('ratelimit')]).toEqual([201, '"reports/step-1";r=2;t=2592000']);
    expect(again.status).toBe(409);
    for (const _ of [1, 2, 3]) expect((await report('broken')).status).toBe(500);
    expect((await report('sales')).status).toBe(201);
    expect((await report('sales')).status).toBe(201);

    const refused = await report('sales');
    expect(refused.status).toBe(402);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(refused.headers.get('ratelimit')).toMatch(/r=0/);
    expect(await refused.json()).toMatchObject({
      detail: "You've made the three reports of the free plan. Upgrade to make more.",
      used: 3,
      limit: 3,
      upgradeUrl: 'https://example.com/upgrade',
    });
    await dev.line(new RegExp(`outcome +reports for ${kim.id}: sent`));
    const [prompt, ...more] = await emailsTo('kim@example.com', inbox);
    expect(prompt?.html).toContain('<strong style="font-size:24px;">3</strong> of 3 used');
    expect(more).toEqual([]);
    expect([401, 403]).toContain((await fetch(`${app.url}/reports/sales`, { method: 'POST' })).status);
  });

  it('refuses a second account of an address, and a key it does not know', async () => {
    await post('/signup', { email: 'eve@example.com', name: 'Eve' });
    expect((await post('/signup', { email: 'eve@example.com', name: 'Eve' }))[0]).toBe(409);
    expect((await post('/projects', { name: 'x' }, 'unknown'))[0]).toBe(401);
  });
});
