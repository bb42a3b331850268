import { afterAll, it } from 'vitest';
import { blocksOf } from './code-blocks.ts';
import { openReader } from './follow-page.ts';

const reader = openReader();
afterAll(() => reader.close());

it('the tests of the page about testing pass, on the loop of the README', { timeout: 240_000 }, async () => {
  const page = 'docs/testing.md';
  const run = (code: string) => ({ page, line: 0, language: 'sh', about: '', code });
  const [loop] = blocksOf('README.md').filter(({ code }) => code.includes('export default defineLoop'));
  await reader.follow(run('mkdir app'));
  await reader.follow({ ...run(loop?.code ?? ''), language: 'ts', about: 'skene.config.ts' });
  for (const block of blocksOf(page)) if (block.about.endsWith('.test.ts')) await reader.follow(block);
  await reader.follow(run('npx vitest run'));
  await reader.follow({ ...run('2 passed (2)'), language: 'text' });
});
