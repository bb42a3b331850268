/** `npm run docs:reference`: writes the pages that are made from the code. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { references } from './references.ts';

for (const [page, text] of Object.entries(await references())) {
  writeFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), text);
  console.log(page);
}
