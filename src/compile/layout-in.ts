import type { Config } from '../config/index.ts';
import { layoutOf, type TableLayout } from '../hashes/index.ts';

/** How tables lie in Redis, as a configuration says. */
export function layoutIn({ tables }: Pick<Config, 'tables'>): (table: string) => TableLayout {
  return (table) => layoutOf(table, tables[table]);
}
