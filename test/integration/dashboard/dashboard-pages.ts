import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { World } from '../../../src/testing/index.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How pages are looked at. */
export interface Look {
  width: number;
  colorScheme: 'light' | 'dark';
}

/** Wide and narrow, in the light and in the dark. */
export const LOOKS: readonly Look[] = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
];

/** Opens the dashboard of a world in a browser, and signs in. */
export async function openDashboard(browser: Browser, world: World, look: Look): Promise<Page> {
  const { width, colorScheme } = look;
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  await page.goto(`${world.stack.urls.functions}/api/dashboard`);
  await page.getByLabel('SKENE_SECRET').fill('skene-dev-secret');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Loops' }).waitFor();
  return page;
}

/** What axe-core finds wrong with a page: the rule, and where. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    return (await axe.run()).violations;
  });
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** Expects that a page can be used by everybody, and is nowhere wider than the window. */
export async function expectUsable(page: Page): Promise<void> {
  expect(await violationsOf(page), page.url()).toEqual([]);
  const beyond = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(beyond, `px that ${page.url()} is wider than its window`).toBeLessThanOrEqual(0);
}

/** Keeps a picture of a page, where somebody asked for them: SKENE_SCREENSHOTS names the folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.SKENE_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
