import { ConfigError } from '../../errors/index.ts';

/** Quotes a name; it is then taken literally, capitals included. */
export function quoteName(name: string): string {
  return `"${refuseNul(name).replaceAll('"', '""')}"`;
}

/** Quotes a table's name, which may have its schema in front: `app.users` as `"app"."users"`. */
export function quoteTable(table: string): string {
  return table.split('.').map(quoteName).join('.');
}

/** Writes text as a SQL literal, for the places where PostgreSQL takes no parameters. Right for either setting of standard_conforming_strings. */
export function quoteLiteral(text: string): string {
  const quoted = refuseNul(text).replaceAll("'", "''");
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

function refuseNul(text: string): string {
  if (!text.includes('\0')) return text;
  throw new ConfigError(
    'CONFIG_INVALID',
    `${JSON.stringify(text)} has a NUL character, which PostgreSQL cannot store.`,
  );
}
