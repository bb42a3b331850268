import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { budgetOf, nameOf, overBudget, readBudgets } from './budgets.ts';
import { entriesOf } from './entries.ts';
import { type Measurement, measure, type Weight } from './measure.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const budgets = readBudgets();
const measurements = await Promise.all(entriesOf(root).map((entry) => measure(entry, root)));

const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);
const row = (cells: readonly string[]) =>
  cells.map((cell, column) => (column === 0 ? cell.padEnd(44) : cell.padStart(10))).join(' ');

function sharesOf({ packages }: Weight): string {
  return [...packages]
    .slice(0, 6)
    .map(([name, bytes]) => `${name === '.' ? 'our own' : name} ${kilobytes(bytes)}`)
    .join(', ');
}

function print(measurement: Measurement): void {
  const { reachable, atStart } = measurement;
  const budget = budgetOf(measurement, budgets);
  const all = [kilobytes(reachable.gzip), String(budget?.reachableKilobytes ?? 'none')];
  const start = [kilobytes(atStart.gzip), String(budget?.atStartKilobytes ?? 'none')];
  console.log(row([nameOf(measurement), kilobytes(reachable.minified), ...all, ...start]));
  console.log(`    ${sharesOf(reachable)}`);
}

console.log(row(['kB', 'minified', 'gzip', 'budget', 'at start', 'budget']));
for (const measurement of measurements) print(measurement);
if (!existsSync(`${root}compiled`)) console.log('Measured without compiled/, which npm run build makes.');

const problems = measurements.flatMap((measurement) => overBudget(measurement, budgets));
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
