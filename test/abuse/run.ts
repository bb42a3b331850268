import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import type { Outcome, Surface } from './surface.ts';
import { surfaces } from './surfaces/index.ts';

/** A line of the report. */
interface Line {
  surface: string;
  cases: number;
  seconds: number;
  findings: string[];
  skipped?: string | undefined;
}

const { ABUSE_SEED, ABUSE_ONLY = '', ABUSE_SHARE = '1', ABUSE_JSON = 'coverage/abuse.json' } = process.env;
const wanted = ABUSE_ONLY.split(',');
const seed = Number(ABUSE_SEED ?? Date.now() % 2 ** 31);

async function attack(surface: Surface): Promise<Line> {
  const began = performance.now();
  const cases = Math.ceil(surface.cases.long * Number(ABUSE_SHARE));
  const outcome = await surface
    .attack({ cases, seed })
    .catch(
      (error: unknown): Outcome => ({ cases: 0, findings: [`The attack itself failed: ${String(error)}`] }),
    );
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  return { surface: surface.name, seconds, ...outcome };
}

function print({ surface, cases, seconds, findings, skipped }: Line): void {
  const figures = [cases.toLocaleString('en'), seconds.toFixed(1), findings.length];
  console.log(`| ${[surface, ...figures].join(' | ')} |${skipped === undefined ? '' : ` ${skipped}`}`);
  for (const finding of findings) console.log(`\n${finding.slice(0, 4_000)}\n`);
}

/** What the attacked say of it is not the report; it is counted, so that nothing is hidden. */
let logged = 0;
const count = (): void => {
  logged += 1;
};
Object.assign(console, { error: count, warn: count });

console.log(
  `Seed ${seed}; again with ABUSE_SEED=${seed}, some surfaces with ABUSE_ONLY=<parts of their names>.\n`,
);
console.log('| surface | cases | seconds | findings |\n|---|--:|--:|--:|');
const lines: Line[] = [];
for (const surface of surfaces.filter(({ name }) => wanted.some((part) => name.includes(part)))) {
  const line = await attack(surface);
  print(line);
  lines.push(line);
}
const total = {
  surface: 'all',
  cases: lines.reduce((sum, { cases }) => sum + cases, 0),
  seconds: lines.reduce((sum, { seconds }) => sum + seconds, 0),
  findings: lines.flatMap(({ findings }) => findings),
};
print({ ...total, findings: [] });
console.log(
  `\n${total.findings.length} findings, ${logged} lines logged, Node ${process.version}, ${cpus().length} cores.`,
);
mkdirSync(dirname(ABUSE_JSON), { recursive: true });
writeFileSync(ABUSE_JSON, `${JSON.stringify({ seed, node: process.version, total, lines }, undefined, 2)}\n`);
process.exitCode = total.findings.length === 0 ? 0 : 1;
