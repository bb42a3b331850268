import { ConfigError } from '../../errors/index.ts';

/** Quotes a name for MySQL; it is then taken literally. */
export function quoteName(name: string): string {
  if (!name.includes('\0')) return `\`${name.replaceAll('`', '``')}\``;
  throw new ConfigError(
    'CONFIG_INVALID',
    `${JSON.stringify(name)} has a NUL character, which no name in MySQL can have.`,
  );
}

/** Quotes a table's name, which may have its database in front: `app.users`. */
export function quoteTable(table: string): string {
  return table.split('.').map(quoteName).join('.');
}
