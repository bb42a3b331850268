import mysql from 'mysql2/promise';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../servers/free-port.ts';
import { hasMariadb, type MariadbServer, startMariadbServer } from '../servers/mariadb.ts';
import { type PlanetscaleServer, startPlanetscaleServer } from '../servers/planetscale.ts';
import type { AppProcess } from './app-process.ts';
import { hasBrowser, openBrowser } from './browser.ts';
import { emailsTo, isInstalled, schemaOf } from './example.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { buildNext, startNext } from './next-app.ts';

const NAME = 'next-planetscale-nextauth';
const WHAT = `examples/${NAME}`;
const canRun = hasMariadb(WHAT) && hasBrowser(WHAT) && isInstalled(NAME);

describe.skipIf(!canRun)(WHAT, () => {
  let mariadb: MariadbServer;
  let planetscale: PlanetscaleServer;
  let stack: LocalStack;
  let app: AppProcess;
  let browser: Browser;
  let home: string;

  beforeAll(async () => {
    const port = await freePort();
    home = `http://localhost:${port}`;
    // The vendor's client takes the password of a URL as it stands there.
    mariadb = await startMariadbServer({ password: 'pscale_pw_test' });
    const database = await mariadb.createDatabase();
    const client = await mysql.createConnection({ uri: database, multipleStatements: true });
    await client.query(schemaOf(NAME));
    await client.end();
    planetscale = await startPlanetscaleServer(database);
    stack = await startLocalStack(NAME, {
      app: `${home}/api/skene`,
      args: ['--database-url', planetscale.url],
    });
    const env = { ...stack.variables, DATABASE_URL: planetscale.url, APP_URL: home };
    [browser] = await Promise.all([openBrowser(), buildNext(NAME, env)]);
    app = await startNext(NAME, { port, env });
  }, 180_000);
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(`${stack.dev.output()}\n${app.output()}`);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await stack?.stop();
    await planetscale?.close();
    await mariadb?.stop();
  });

  async function signUp(name: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await page.goto(home);
    await page.getByPlaceholder('Name').fill(name);
    await page.getByPlaceholder('Email').fill(`${name.toLowerCase()}@example.com`);
    await page.getByPlaceholder('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('heading', { name: `Hello ${name}` }).waitFor();
    return page;
  }

  async function createProject(page: Page, name: string): Promise<void> {
    await page.getByPlaceholder('Project').fill(name);
    await page.getByRole('button', { name: 'Create project' }).click();
    await page.getByRole('listitem').filter({ hasText: name }).waitFor();
  }

  const mailed = (address: string) => emailsTo(address, stack.urls.inbox);

  it('welcomes who signs up in the browser and creates a first project, once', async () => {
    const page = await signUp('Ada');
    await expect.poll(() => stack.dev.output(), { timeout: 20_000 }).toMatch(/run +activation starts/);
    expect(await mailed('ada@example.com')).toEqual([]);

    await createProject(page, 'First');
    await expect.poll(() => mailed('ada@example.com'), { timeout: 20_000 }).toHaveLength(1);
    await createProject(page, 'Second');
    const [email, ...more] = await mailed('ada@example.com');
    expect(email?.subject).toBe('Welcome, Ada: your first step');
    expect(email?.html).toContain(`${home}/`);
    expect(more).toEqual([]);
    expect(stack.dev.output()).not.toContain('problem');
  });

  it('hears of sign-ins, and leaves alone who creates no project', async () => {
    await signUp('Bob');
    await expect
      .poll(() => stack.dev.output(), { timeout: 20_000 })
      .toMatch(/run +activation starts[\s\S]*run +activation starts/);
    const outcomes = async () => {
      await stack.moveClock('5m');
      const runs = await stack.state.runLog.list(10);
      return runs.map(({ facts }) => facts.at(-1)?.outcome);
    };
    await expect.poll(outcomes, { timeout: 30_000 }).toContain('timed_out');
    const bob = (await stack.state.runLog.list(10)).find(
      ({ facts }) => facts.at(-1)?.outcome === 'timed_out',
    );
    expect(await stack.state.sightings.last(bob?.subject ?? '', 'nextauth.signIn')).toBeDefined();
    expect(await mailed('bob@example.com')).toEqual([]);
  });
});
