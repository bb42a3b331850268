import type { Command } from 'commander';
import { requireCapture } from '../../databases/index.ts';
import { openDatabase } from '../../databases/open/any.ts';
import { requireStack } from '../../dev/index.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { printTable } from '../print-table.ts';

/** `skene sql <statement>` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument('<statement>', 'one SQL statement')
    .option('--json', 'print the rows as JSON')
    .addHelpText(
      'after',
      '\nRuns on the database of the local stack in this folder; psql works just as well.\n\nExamples:\n  skene sql "select * from users"',
    )
    .action(async (statement: string, { json = false }: { json?: boolean }) => {
      const database = requireCapture(
        await openDatabase({ url: (await requireStack(process.cwd())).database }),
      );
      try {
        const [rows = []] = await database.capture.transaction([{ sql: statement }]);
        const columns = Object.keys(rows[0] ?? {});
        if (json) terminal.out(JSON.stringify(rows, undefined, 2));
        else if (columns.length === 0) terminal.out('Done.');
        else
          printTable([columns, ...rows.map((row) => columns.map((column) => textOf(row[column])))], terminal);
      } finally {
        await database.close();
      }
      exit(EXIT.ok);
    });
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
