import type { Browser, Page } from 'playwright-core';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import type { ConfigInput } from '../../../src/index.ts';
import type { Deployment } from '../../../src/plan/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import type { Look } from '../dashboard/dashboard-pages.ts';

const email = {
  type: 'email',
  template: 'activation_welcome',
  personalization: { name: '{{user.name}}', activationLink: '{{user.activation_link}}' },
} as const;

/** A loop that a row starts and another meets, and one that stands before a route. */
const config: ConfigInput = {
  loops: [
    {
      id: 'welcome',
      type: 'activation',
      opinion: 'Somebody who creates a first project soon after signing up stays',
      steps: [
        {
          trigger: { type: 'database', table: 'users', event: 'insert' },
          condition: {
            type: 'query',
            query: `SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'first_project_created'`,
            timeout: '5m',
          },
          action: { ...email, subject: 'Well begun' },
          otherwise: { ...email, subject: 'Shall we help?' },
        },
      ],
      recovery: { retries: 2, backoff: 'fixed', delay: '1m' },
    },
    {
      id: 'free-limit',
      type: 'freemium',
      opinion: 'Whoever reaches the limit of the free plan upgrades',
      steps: [
        {
          trigger: { type: 'api', endpoint: '/api/features/*', method: 'POST' },
          condition: { type: 'usage', limit: { free: 3, paid: Number.POSITIVE_INFINITY }, period: '30d' },
          action: { type: 'block', message: 'That was the last.', upgradeUrl: 'https://example.com/up' },
        },
      ],
    },
  ],
};

/** A world to play with. */
export const openWorld = (): Promise<World> => createWorld({ config });

/** What is deployed of it. */
export const deploymentOf = (): Deployment => compileConfig(resolveConfig(config));

/** Opens its playground in a browser. */
export async function openPlayground(
  browser: Browser,
  world: World,
  { width, colorScheme }: Look = { width: 1280, colorScheme: 'light' },
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  await page.goto(`${world.stack.urls.functions}/dev/playground`);
  return page;
}
