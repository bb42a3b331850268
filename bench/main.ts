/**
 * `npm run bench` measures everything, `npm run bench -- engine gate` what is named, `-- --long` the largest sizes too, `-- --smoke` only
 * that it runs. Prints tables, and writes what they are made from to bench/results/ (or `--out <folder>`).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bench, Result, Size } from './bench.ts';
import { benches } from './benches.ts';
import { textTable } from './text-table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { smoke: { type: 'boolean' }, long: { type: 'boolean' }, out: { type: 'string' } },
});
const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no ${unknown.join(', ')}; there are ${benches.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}
const size: Size = values.smoke ? 'smoke' : values.long ? 'long' : 'usual';
const folder =
  values.out === undefined ? fileURLToPath(new URL('./results/', import.meta.url)) : resolve(values.out);
mkdirSync(folder, { recursive: true });
for (const bench of benches) {
  if (positionals.length > 0 && !positionals.includes(bench.name)) continue;
  const result = await take(bench);
  for (const table of result.tables) console.log(`\n${textTable(table)}`);
  const path = resolve(folder, `${bench.name}.json`);
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`\n${bench.name}: ${result.seconds.toFixed(0)} s, written to ${path}`);
}
// A peer's pool or a server may keep the process alive.
process.exit();

async function take(bench: Bench): Promise<Result> {
  const startedAt = performance.now();
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model ?? '',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
  const findings = await bench.run(size);
  const flag = size === 'usual' ? '' : ` --${size}`;
  return {
    bench: bench.name,
    command: `npm run bench -- ${bench.name}${flag}`,
    size,
    takenAt: new Date().toISOString(),
    seconds: (performance.now() - startedAt) / 1000,
    machine,
    ...findings,
  };
}
