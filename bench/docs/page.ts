import type { Result, Table } from '../bench.ts';
import { cellText, isNumeric } from '../text-table.ts';

/** Puts between `<!-- bench: name -->` and `<!-- end -->` what was measured last. Results that the page does not ask for are left out. */
export function fillPage(page: string, results: ReadonlyMap<string, Result>): string {
  return page.replace(/(?<=<!-- bench: (\w+) -->\n)[\s\S]*?(?=<!-- end -->)/g, (old, name: string) => {
    const result = results.get(name);
    return result === undefined ? old : `${section(result)}\n`;
  });
}

function section({ command, takenAt, machine, tables, plots = [] }: Result): string {
  const { cpus, model, node, loadBefore } = machine;
  const circumstances = `\`${command}\`, ${takenAt.slice(0, 10)}, Node ${node.slice(1)}, ${cpus} cores (${model}), load ${loadBefore} before it began.`;
  const images = plots.map(({ name, title }) => `![${title}](images/bench-${name}.svg)`);
  return ['', circumstances, ...tables.map(markdown), ...images, '']
    .join('\n\n')
    .replace(/^\n\n/, '\n')
    .trimEnd()
    .concat('\n');
}

function markdown(table: Table): string {
  const { columns, rows, title } = table;
  const cells = (line: readonly string[]) => `| ${line.join(' | ')} |`;
  return [
    `**${title}**`,
    '',
    cells(columns.map(({ label }) => label)),
    cells(columns.map((column) => (isNumeric(table, column) ? '--:' : '---'))),
    ...rows.map((row) => cells(columns.map((column) => cellText(row[column.key], column)))),
  ].join('\n');
}
