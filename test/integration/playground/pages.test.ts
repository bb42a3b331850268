import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressKey, builtInTemplates } from '../../../src/email/index.ts';
import type { World } from '../../../src/testing/index.ts';
import { hasBrowser, openBrowser } from '../../examples/browser.ts';
import { expectUsable, keepPicture, LOOKS } from '../dashboard/dashboard-pages.ts';
import { deploymentOf, openWorld } from './play.ts';

describe.skipIf(!hasBrowser('the inbox and the templates'))(
  'the inbox and the templates in a browser',
  () => {
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

    it('shows an email as its reader would see it, as text and with its headers, when it arrives', async () => {
      const page = await browser.newPage();
      await page.goto(world.stack.urls.inbox);
      await page.getByText('No emails yet').waitFor();
      await world.signUp({ activation_link: 'https://example.com/start' });
      await world.advance('5m');
      await page.getByRole('link', { name: /Shall we help/ }).click();
      await page
        .frameLocator('iframe')
        .getByRole('heading', { name: /Person 1/ })
        .waitFor();
      for (const name of ['HTML', 'Plain text', 'Headers'])
        await page.getByRole('heading', { level: 2, name }).waitFor();
      await page.getByText('List-Unsubscribe=One-Click').waitFor();
      const start = page.frameLocator('iframe').getByRole('link').first();
      expect(await start.getAttribute('href')).toBe('https://example.com/start');
      await page.close();
    });

    it('leads from an email to the page where its reader unsubscribes', async () => {
      await world.signUp({ activation_link: 'https://example.com/start' });
      await world.advance('5m');
      const [email] = world.emails;
      const page = await browser.newPage();
      await page.goto(`${world.stack.urls.inbox}/${email?.id}`);
      const [opened] = await Promise.all([
        page.waitForEvent('popup'),
        page.frameLocator('iframe').getByRole('link', { name: 'Unsubscribe' }).click(),
      ]);
      await opened.getByRole('button').first().click();
      await expect
        .poll(() => world.state.suppressions.find(addressKey(email?.to[0] ?? '')), { timeout: 20_000 })
        .toBe('unsubscribed');
      await page.context().close();
    });

    it('shows a template with sample values, and anew when it is saved', async () => {
      const page = await browser.newPage();
      await page.goto(`${world.stack.urls.functions}/dev/templates`);
      await page.frameLocator('iframe').getByText('Ada Lovelace').first().waitFor();
      const welcome = builtInTemplates.activation_welcome;
      if (welcome?.kind !== 'liquid') throw new Error('The template is none of Liquid.');
      const saved = { ...welcome, html: '<p>Saved for {{ name }}</p>' };
      await world.stack.use({
        deployment: deploymentOf(),
        templates: { ...builtInTemplates, activation_welcome: saved },
        actions: {},
      });
      await page.frameLocator('iframe').getByText('Saved for Ada Lovelace').waitFor();
      await page.getByLabel('In place of what a run would have').fill('{"user":{"name":"Grace"}}');
      await page.getByRole('button', { name: 'Show with these' }).click();
      await page.frameLocator('iframe').getByText('Saved for Grace').waitFor();
      await page.getByLabel('In place of what a run would have').fill('[');
      await page.getByRole('button', { name: 'Show with these' }).click();
      await page.getByText('not a JSON object').waitFor();
      world.stack.refuse('What was saved last is not served: it has errors.');
      await page.getByRole('alert').waitFor();
      await page.close();
    });

    it('can be used by everybody, in every look', async () => {
      const { functions, inbox } = world.stack.urls;
      await world.signUp({ activation_link: 'https://example.com/start' });
      await world.advance('5m');
      const pages = {
        templates: `${functions}/dev/templates`,
        inbox,
        email: `${inbox}/${world.emails[0]?.id}`,
      };
      for (const { width, colorScheme } of LOOKS) {
        const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
        const page = await context.newPage();
        for (const [name, address] of Object.entries(pages)) {
          await page.goto(address);
          await expectUsable(page);
          await keepPicture(page, `${name}-${width}-${colorScheme}`);
        }
        await context.close();
      }
    });

    it('is shown under no name that somebody else has led here', async () => {
      const { request } = await import('node:http');
      const ask = (address: string) =>
        new Promise((resolve, reject) => {
          request(address, { headers: { host: 'evil.example' } }, (answer) => {
            answer.resume();
            resolve(answer.statusCode);
          })
            .on('error', reject)
            .end();
        });
      const { functions, inbox } = world.stack.urls;
      for (const address of [
        inbox,
        `${functions}/dev/playground`,
        `${functions}/dev/templates`,
        `${functions}/dev/clock`,
      ])
        expect(await ask(address), address).toBe(401);
    });
  },
);
