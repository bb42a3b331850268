import { requireCapture } from '../../databases/index.ts';
import { openDatabase } from '../../databases/open/any.ts';
import { requireStack } from '../../dev/dev-file.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { printTable } from '../print-table.ts';

/** What `skene sql` does. */
export async function handle(
  statement: string,
  { json = false }: { json?: boolean },
  { terminal, exit }: CommandContext,
): Promise<void> {
  const database = requireCapture(await openDatabase({ url: (await requireStack(process.cwd())).database }));
  try {
    const [rows = []] = await database.capture.transaction([{ sql: statement }]);
    const columns = Object.keys(rows[0] ?? {});
    if (json) terminal.out(JSON.stringify(rows, undefined, 2));
    else if (columns.length === 0) terminal.out('Done.');
    else printTable([columns, ...rows.map((row) => columns.map((column) => textOf(row[column])))], terminal);
  } finally {
    await database.close();
  }
  exit(EXIT.ok);
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
