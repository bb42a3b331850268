import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../../src/testing/index.ts';
import { hasBrowser, openBrowser } from '../../examples/browser.ts';
import { expectUsable, keepPicture, LOOKS, openDashboard } from './dashboard-pages.ts';
import { noteRuns, openEmpty, openLivedIn } from './lived-in.ts';

describe.skipIf(!hasBrowser('the dashboard in a browser'))('the dashboard in a browser', () => {
  let browser: Browser;
  let world: World;
  beforeAll(async () => {
    [browser, world] = await Promise.all([openBrowser(), openLivedIn()]);
  });
  afterAll(() => Promise.all([browser.close(), world.close()]));

  it.each(LOOKS)('can be used by everybody, at $width px in the $colorScheme', async (look) => {
    const runs = await world.runs();
    const failed = runs.find(({ facts }) => facts.some(({ outcome }) => outcome === 'failed'));
    const page = await openDashboard(browser, world, look);
    const queries = {
      loops: 'page=loops',
      runs: 'page=runs',
      run: `page=run&id=${runs[0]?.runId}`,
      failed: `page=run&id=${failed?.runId}`,
      nobody: 'page=people',
      person: `page=people&id=${failed?.subject}`,
      unknown: 'page=run&id=wfr_none',
      health: 'page=health',
    };
    for (const [name, query] of Object.entries(queries)) {
      await page.goto(`${world.stack.urls.functions}/api/dashboard?${query}`);
      await expectUsable(page);
      await keepPicture(page, `${name}-${look.width}-${look.colorScheme}`);
    }
    await page.context().close();
  });

  it('would be told of what somebody could not use', async () => {
    const page = await openDashboard(browser, world, { width: 360, colorScheme: 'light' });
    await page.evaluate(() => {
      const [field, wide] = [document.createElement('input'), document.createElement('div')];
      field.type = 'text';
      Object.assign(wide.style, { width: '500px', height: '1px' });
      document.querySelector('main')?.append(field, wide);
    });
    await expect(expectUsable(page)).rejects.toThrow(/label: <input/);
    await page.evaluate(() => document.querySelector('main input')?.remove());
    await expect(expectUsable(page)).rejects.toThrow(/wider than its window/);
    await page.context().close();
  });

  it('breaks no word of a table in a narrow window', async () => {
    const page = await openDashboard(browser, world, { width: 360, colorScheme: 'light' });
    await page.goto(`${world.stack.urls.functions}/api/dashboard?page=runs`);
    const lines = await page
      .getByRole('link', { name: 'welcome' })
      .evaluateAll((links) => links.map((link) => link.getClientRects().length));
    expect(lines.length).toBeGreaterThan(0);
    expect(new Set(lines)).toEqual(new Set([1]));
    await page.context().close();
  });

  it('is read and used with the keyboard alone, and keeps itself up to date', async () => {
    const page = await openDashboard(browser, world, { width: 1280, colorScheme: 'light' });
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.goto(`${world.stack.urls.functions}/api/dashboard?page=runs&state=under+way`);
    const waiting = await page.locator('tbody tr').count();
    await world.track({ name: 'trial.started', subject: '1' });
    await page.waitForFunction((before) => document.querySelectorAll('tbody tr').length > before, waiting);
    await page.getByRole('link', { name: 'trial-ends' }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'End this run' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('dd', { hasText: 'cancelled' }).waitFor();
    await page.context().close();
  });

  it('takes nothing away from whoever has scrolled, opened or begun to write something', async () => {
    const page = await openDashboard(browser, world, { width: 360, colorScheme: 'light' });
    await page.goto(`${world.stack.urls.functions}/api/dashboard?page=runs`);
    await page.getByLabel('User').fill('somebody');
    const table = page.getByRole('group', { name: 'Runs' });
    await table.evaluate((one) => {
      one.scrollLeft = 60;
    });
    const [before] = await page.locator('tbody tr').all();
    await before?.getByRole('link').first().focus();
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('href'));
    await world.track({ name: 'trial.started', subject: '2' });
    await page.locator('tbody tr', { hasText: 'trial-ends' }).nth(1).waitFor();
    expect(await page.getByLabel('User').inputValue()).toBe('somebody');
    expect(await table.evaluate((one) => one.scrollLeft)).toBe(60);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(focused);
    await page.context().close();
  });

  it('fetches older runs as they are scrolled to, and goes on bringing the newest', async () => {
    const many = await openEmpty();
    await noteRuns(many, 240);
    const page = await openDashboard(browser, many, { width: 1280, colorScheme: 'light' });
    await page.goto(`${many.stack.urls.functions}/api/dashboard?page=runs`);
    await page.getByText('Up to 50.').waitFor();
    for (const shown of [100, 150, 200, 240]) {
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      await expect.poll(() => page.locator('tbody tr').count(), { timeout: 20_000 }).toBe(shown);
    }
    await noteRuns(many, 1, 1_000);
    await page.locator('tbody tr:first-child', { hasText: 'u1000' }).waitFor({ state: 'attached' });
    expect(await page.locator('tbody tr').count()).toBe(241);
    await page.context().close();
    await many.close();
  });

  it('says in an empty world what to do', async () => {
    const empty = await openEmpty();
    const page = await openDashboard(browser, empty, { width: 1280, colorScheme: 'light' });
    for (const query of ['page=loops', 'page=runs', 'page=people']) {
      await page.goto(`${empty.stack.urls.functions}/api/dashboard?${query}`);
      await expectUsable(page);
      await keepPicture(page, `empty-${query.replace('page=', '')}`);
    }
    await page.context().close();
    await empty.close();
  });
});
