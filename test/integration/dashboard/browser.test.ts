import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../../src/testing/index.ts';
import { hasBrowser, openBrowser } from '../../examples/browser.ts';
import { expectUsable, keepPicture, LOOKS, openDashboard } from './dashboard-pages.ts';
import { openEmpty, openLivedIn } from './lived-in.ts';

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
