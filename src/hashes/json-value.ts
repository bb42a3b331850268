import type { Value } from './compare.ts';

/**
 * The text of a field as a value: JSON's `null` is nothing, and a JSON string is what it quotes. So Upstash's client writes
 * dates (`"2026-01-01T00:00:00.000Z"`), and so it reads them.
 */
export function fieldValue(text: string): string | null {
  if (text === 'null') return null;
  const unquoted = text.startsWith('"') ? parsed(text) : text;
  return typeof unquoted === 'string' ? unquoted : text;
}

/** The text of a field as plain JSON; nothing where the field is missing. */
export function fieldJson(text: string | undefined): unknown {
  if (text === undefined) return null;
  const value = fieldValue(text);
  return text.startsWith('"') ? value : toJson(value);
}

/**
 * A value as plain JSON. The text of a field is read as Upstash's client reads what it wrote: numbers, booleans, null, arrays and objects
 * are JSON. A number that JSON would change (`007`, `1.50`, one beyond 2^53) stays text.
 */
export function toJson(value: Value): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'object') return new Date(value.time).toISOString();
  if (value === 'true' || value === 'false') return value === 'true';
  if (/^-?\d/.test(value)) {
    const number = Number(value);
    const isExact = String(number) === value && (!Number.isInteger(number) || Number.isSafeInteger(number));
    return isExact ? number : value;
  }
  return /^[[{]/.test(value) ? parsed(value) : value;
}

/** What JSON says; text that is none as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
