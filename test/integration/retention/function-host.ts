/** The functions alone, in a process that can be killed: started by {@link startFunctionHost}. */

import { openDatabase } from '../../../src/databases/open/any.ts';
import { listen } from '../../../src/dev/listen.ts';
import { builtInTemplates } from '../../../src/email/index.ts';
import { createEnv, type EnvSource } from '../../../src/env/index.ts';
import type { Deployment } from '../../../src/plan/index.ts';
import { createRouter } from '../../../src/server/router.ts';
import { workflows } from '../../../workflows/index.ts';

/** What the process is told first. */
export interface HostOrder {
  deployment: Deployment;
  variables: EnvSource;
  port: number;
  /** What time it is here, ms since the epoch: it stands still, as in the stack, so that a busy machine lets no pass run out of time. */
  now: number;
}

/** What it tells: that it serves, and how much memory it holds, in bytes. */
export interface HostNews {
  isReady?: true;
  rss: number;
}

const SAMPLE_MS = 100;

const tell = (news: Omit<HostNews, 'rss'> = {}): void =>
  void process.send?.({ ...news, rss: process.memoryUsage.rss() } satisfies HostNews);

let time = 0;

process.once('message', async ({ deployment, variables, port, now }: HostOrder) => {
  time = now;
  process.on('message', (later: Pick<HostOrder, 'now'>) => {
    time = later.now;
    tell({ isReady: true });
  });
  const sources = { deployment, templates: builtInTemplates, actions: {}, workflows, openDatabase };
  const options = { env: createEnv(variables), now: () => time };
  await listen(createRouter(sources, options), { port, strict: true });
  setInterval(tell, SAMPLE_MS);
  tell({ isReady: true });
});
process.on('disconnect', () => process.exit());
