import type { Evidence } from './model.ts';
import type { KeyAction } from './related-tables.ts';
import { lineAt, type Repository } from './repository.ts';

/** A value that code writes into the column that says what was done. */
export interface ActionValue {
  value: string;
  evidence: Evidence;
}

const SOURCES = /\.(?:[cm]?[jt]sx?|py|sql)$/;

/**
 * Finds what an action may be called: the values of its enumeration, what an INSERT in the code writes into that column, and what is
 * assigned to something of that name.
 */
export async function findActionValues(
  { table, action }: KeyAction,
  repository: Repository,
): Promise<ActionValue[]> {
  if (action === undefined) return [];
  const names = [action.name, action.property].filter((name) => name !== undefined);
  const assigned = new RegExp(
    `\\b(?:${names.map(escaped).join('|')})\\b["']?\\s*[:=]\\s*["']([\\w.:-]{1,64})["']`,
    'g',
  );
  const found = new Map<string, ActionValue>();
  const add = (value: string, evidence: Evidence) => {
    if (!found.has(value)) found.set(value, { value, evidence });
  };
  for (const file of repository.files.filter((path) => SOURCES.test(path))) {
    const text = await repository.read(file);
    if (text === undefined || !names.some((name) => text.includes(name))) continue;
    for (const { value, offset } of inserted(text, table.name, action.name))
      add(value, {
        file,
        line: lineAt(text, offset),
        why: `writes '${value}' into ${table.name}.${action.name}`,
      });
    if (names.some((name) => name.includes('_') || /[A-Z]/.test(name)))
      for (const match of text.matchAll(assigned))
        add(match[1] ?? '', { file, line: lineAt(text, match.index), why: `calls an action '${match[1]}'` });
  }
  for (const value of action.values ?? [])
    add(value, { ...action.place, why: `${table.name}.${action.name} may be '${value}'` });
  return [...found.values()].sort((one, other) => Number(isFirst(other.value)) - Number(isFirst(one.value)));
}

/** What begins a user's life with a product, rather than going on with it. */
function isFirst(value: string): boolean {
  return /first|creat|complet|publish/i.test(value);
}

/** The strings that `INSERT INTO table (…) VALUES (…)` in some text writes into a column. */
function* inserted(
  text: string,
  table: string,
  column: string,
): Generator<{ value: string; offset: number }> {
  const name = escaped(table.split('.').at(-1) ?? table);
  const statement = new RegExp(
    `\\binsert\\s+(?:ignore\\s+)?into\\s+(?:[\\w"\`]+\\.)?["\`]?${name}["\`]?\\s*\\(([^)]*)\\)[\\s"'+]*values\\s*\\(([^)]*)\\)`,
    'gi',
  );
  for (const match of text.matchAll(statement)) {
    const at = (match[1] ?? '').split(',').findIndex((part) => part.replace(/[\s"'`+]/g, '') === column);
    const value = /^\s*'([^']*)'\s*$/.exec((match[2] ?? '').split(',')[at] ?? '')?.[1];
    if (value !== undefined) yield { value, offset: match.index };
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
