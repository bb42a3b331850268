/** `npm run bench:docs` puts what is in bench/results/ into docs/benchmarks.md and docs/scale.md, and draws the plots. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Result } from '../bench.ts';
import { fillPage } from './page.ts';
import { drawPlot } from './plot.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const results = new Map(
  readdirSync(at('bench/results')).map((file) => {
    const result = JSON.parse(readFileSync(at(`bench/results/${file}`), 'utf8')) as Result;
    return [result.bench, result];
  }),
);
for (const page of ['docs/benchmarks.md', 'docs/scale.md'].map(at))
  writeFileSync(page, fillPage(readFileSync(page, 'utf8'), results));
for (const { plots = [] } of results.values())
  for (const plot of plots) writeFileSync(at(`docs/images/bench-${plot.name}.svg`), drawPlot(plot));
