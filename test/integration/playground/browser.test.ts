import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { World } from '../../../src/testing/index.ts';
import { hasBrowser, openBrowser } from '../../examples/browser.ts';
import { expectUsable, keepPicture, LOOKS } from '../dashboard/dashboard-pages.ts';
import { openPlayground, openWorld } from './play.ts';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).first();
const here = (page: Page, text: string) => page.locator('[aria-current=step]', { hasText: text });

describe.skipIf(!hasBrowser('the playground in a browser'))('the playground in a browser', () => {
  let browser: Browser;
  let world: World;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.close());
  afterAll(() => browser.close());

  it('shows a run from the row that starts it to its email, without leaving the page', async () => {
    const page = await openPlayground(browser, world);
    await page.getByText('No run has started yet').waitFor();
    await button(page, 'Insert into users').click();
    await here(page, 'wait until this finds a row').waitFor();
    await button(page, 'Skip to it').click();
    await page.getByRole('link', { name: 'Shall we help?' }).first().waitFor();
    await page.locator('.branches .passed', { hasText: 'time is up' }).waitFor();
    expect(world.emails.map(({ subject }) => subject)).toEqual(['Shall we help?']);
    await page.getByRole('link', { name: 'Shall we help?' }).first().click();
    await page.getByRole('heading', { name: 'Shall we help?' }).waitFor();
    await page.context().close();
  });

  it('writes the row that a run waits for', async () => {
    const page = await openPlayground(browser, world);
    await button(page, 'Insert into users').click();
    await here(page, 'wait until').waitFor();
    await page.getByRole('combobox', { name: 'Table' }).selectOption('user_actions');
    await button(page, 'Choose').click();
    await button(page, 'Insert into user_actions').waitFor();
    expect(await page.getByLabel('action_type').inputValue()).toBe('first_project_created');
    expect(await page.getByLabel('user_id').inputValue()).toBe('1');
    await button(page, 'Insert into user_actions').click();
    await page.getByRole('link', { name: 'Well begun' }).first().waitFor();
    await page.context().close();
  });

  it('is used with the keyboard alone, and takes nothing away from whoever is writing', async () => {
    const page = await openPlayground(browser, world);
    const field = page.getByLabel('One statement');
    await field.focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('select 6 * 7 as answer');
    await world.signUp();
    await here(page, 'wait until').waitFor();
    expect(await field.inputValue()).toBe('select 6 * 7 as answer');
    expect(await page.evaluate(() => document.activeElement?.nodeName)).toBe('TEXTAREA');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('cell', { name: '42' }).waitFor();
    await page.context().close();
  });

  it('is no less of use without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${world.stack.urls.functions}/dev/playground`);
    await button(page, 'Insert into users').click();
    await here(page, 'wait until').waitFor();
    await button(page, 'Skip to the next wake-up').click();
    await page.getByRole('link', { name: 'Shall we help?' }).first().waitFor();
    await context.close();
  });

  it('shows what a tool does to the run above the tools, and what happens below them, where there is one column', async () => {
    const page = await openPlayground(browser, world, { width: 360, colorScheme: 'light' });
    const topOf = async (name: string) =>
      (await page.getByRole('heading', { level: 2, name }).boundingBox())?.y ?? Number.NaN;
    const order = ['The run', 'Insert a row', 'What happens'];
    const tops = new Map(await Promise.all(order.map(async (name) => [await topOf(name), name] as const)));
    expect([...tops.keys()].sort((one, other) => one - other).map((top) => tops.get(top))).toEqual(order);
    await page.context().close();
  });

  it('can be used by everybody, empty and while a run waits, in every look', async () => {
    for (const look of LOOKS) {
      const page = await openPlayground(browser, world, look);
      await page.getByRole('heading', { level: 1, name: 'Playground' }).waitFor();
      await expectUsable(page);
      await keepPicture(page, `playground-${(await world.runs()).length}-${look.width}-${look.colorScheme}`);
      if (look.width === 1280) await button(page, 'Insert into users').click();
      await here(page, 'wait until').waitFor();
      await expectUsable(page);
      await page.context().close();
    }
  });
});
