import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { openStack } from './local-stack.ts';

const run = promisify(execFile);

it('QSTASH_DEV=true finds the server by its port, without a token, an URL or a download', async () => {
  const stack = await openStack();
  const url = stack.route('/in', () => new Response('ok'));
  const script = `
    import { Client } from '@upstash/qstash';
    import { Client as Workflow } from '@upstash/workflow';
    await new Client().publish({ url: '${url}', body: 'published' });
    await new Workflow().trigger({ url: '${url}', body: 'triggered', retries: 0 });
  `;
  const { PATH } = process.env;
  const port = new URL(stack.url).port;
  // HOME points nowhere, so that a downloaded server could neither be found nor kept.
  const env = { PATH, HOME: '/nonexistent', QSTASH_DEV: 'true', QSTASH_DEV_PORT: port };
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env,
    timeout: 20_000,
  });
  expect(stdout).toMatch(/already running/i);
  await stack.qstash.idle();
  expect(stack.seen[0]?.body).toBe('published');
  expect(JSON.parse(stack.seen[1]?.body ?? '[]')).toMatchObject([{ body: btoa('triggered') }]);
});
