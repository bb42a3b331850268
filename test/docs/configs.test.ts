import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkProject } from '../../src/project/index.ts';
import { blocksOf, pages } from './code-blocks.ts';

const home = mkdtempSync(join(tmpdir(), 'skene-pages-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Pages that have a whole config; the tutorial is followed by a test of its own. */
const withConfig = pages.filter(
  (page) => page !== 'docs/tutorial.md' && blocksOf(page).some(({ about }) => about === 'skene.config.ts'),
);

describe('the configs of the pages', () => {
  it.each(withConfig)('are right, but for templates that are left to the reader: %s', async (page) => {
    const folder = join(home, page.replaceAll(/\W/g, '-'));
    for (const { about, code } of blocksOf(page).filter((block) => block.about.includes('.'))) {
      mkdirSync(dirname(join(folder, about)), { recursive: true });
      writeFileSync(join(folder, about), code);
    }
    const { issues } = await checkProject({
      file: folder,
      env: { SKENE_FROM: 'ada@example.com', DATABASE_URL: 'postgres://localhost/app' },
    });
    const errors = issues.filter(
      ({ severity, code }) => severity === 'error' && code !== 'template_not_found',
    );
    expect(errors).toEqual([]);
  });
});
