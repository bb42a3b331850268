import { afterAll, it } from 'vitest';
import { blocksOf } from './code-blocks.ts';
import { openReader } from './follow-page.ts';

const reader = openReader();
afterAll(() => reader.close());

it('the tutorial can be followed to the letter', { timeout: 480_000 }, async () => {
  for (const block of blocksOf('docs/tutorial.md')) await reader.follow(block);
});
