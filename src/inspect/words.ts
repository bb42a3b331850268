import type { Table } from './model.ts';
import { snakeCase } from './tables/snake-case.ts';

/** The words of a name: `app.userActions` is user, action. Singular, so that `users` and `User` are one. */
export function wordsOf(name: string): string[] {
  return snakeCase(name.split('.').at(-1) ?? name)
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .map(singular);
}

/** The name in one form, whoever wrote it: `UserActions`, `user_actions` and `user_action` are the same. */
export function plainName(name: string): string {
  return wordsOf(name).join('_');
}

function singular(word: string): string {
  if (/(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.replace(/(?<=(?:x|ch|sh|ss))es$|s$/, '');
}

/** Whether a table, or the model behind it, has one of these names. */
export function isCalled(table: Table, names: readonly string[]): boolean {
  return [table.name, table.model ?? ''].some((name) => names.includes(plainName(name)));
}

/** Whether one of these words is in the name of a table. */
export function speaksOf(table: Table, words: readonly string[]): boolean {
  return [table.name, table.model ?? ''].some((name) => wordsOf(name).some((word) => words.includes(word)));
}
