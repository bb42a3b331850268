import type { ColumnKind } from '../model.ts';

const KINDS: ReadonlyArray<readonly [RegExp, ColumnKind]> = [
  [/bool|^tinyint ?\(1\)|^bit/, 'boolean'],
  [/time|date/, 'time'],
  [/uuid/, 'uuid'],
  [/json/, 'json'],
  [/char|text|string|enum|^str$|email/, 'text'],
  [/int|serial|num|dec|real|double|float/, 'number'],
];

/** What sort of value a type holds, whoever's type it is: `timestamptz`, `DateTime`, `Mapped[datetime]`. */
export function kindOf(type: string): ColumnKind {
  const text = type.toLowerCase();
  return KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? 'other';
}
