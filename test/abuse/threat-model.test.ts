import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/security.md'), 'utf8');

/** The lines of the table of threats: what is named to show each. */
const lines = [
  ...page.matchAll(/^\| (?<threat>[^|]+) \| [^|]+ \| `(?<file>[^`]+)`: (?<title>[^|]+) \|$/gm),
].map(({ groups }) => ({
  threat: groups?.threat ?? '',
  file: groups?.file ?? '',
  title: groups?.title ?? '',
}));

it('the table of threats is read whole', () => {
  const [, table = ''] = page.split('## Threats');
  const rows =
    table
      .split('\n## ')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| ')) ?? [];
  // The head of the table is the only line that names no test.
  expect(lines).toHaveLength(rows.length - 1);
  expect(lines.length).toBeGreaterThan(35);
});

it.each(lines)('what shows that this is stopped exists: $threat', ({ file, title }) => {
  expect(existsSync(join(root, file)), file).toBe(true);
  const source = readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'");
  const isThere = [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) => source.includes(quoted));
  expect(isThere, `${file} has no test called "${title}"`).toBe(true);
});
