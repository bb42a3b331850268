/** A piece of the config before it is text, so that comments stand where they belong. */
export type Code =
  | { kind: 'text'; text: string }
  | { kind: 'object'; entries: Entry[] }
  | { kind: 'list'; items: Code[] };

/** A key and its value, with what is said above it. */
export interface Entry {
  key: string;
  value: Code;
  notes: readonly string[];
}

/** A longer object or list is broken into lines. */
const WIDTH = 100;

/** A string, number or truth as it is written in TypeScript. Single quotes, unless the text has some. */
export function literal(value: string | number | boolean): Code {
  return { kind: 'text', text: typeof value === 'string' ? quoted(value) : String(value) };
}

/** An entry of an object. @param notes lines of a comment above it, without slashes. */
export function entry(key: string, value: Code, notes: readonly string[] = []): Entry {
  return { key, value, notes };
}

/** An object of entries; those that are `undefined` are left out. */
export function object(...entries: Array<Entry | undefined>): Code {
  return { kind: 'object', entries: entries.filter((one) => one !== undefined) };
}

/** A list. */
export function list(...items: Code[]): Code {
  return { kind: 'list', items };
}

/** Writes code as a formatter would: what is short and has no comment stays on a line. */
export function print(code: Code, indent = ''): string {
  if (code.kind === 'text') return code.text;
  const inner = `${indent}  `;
  const [open, close] = code.kind === 'object' ? ['{', '}'] : ['[', ']'];
  const parts =
    code.kind === 'list'
      ? code.items.map((item) => print(item, inner))
      : code.entries.map(({ key, value }) => `${keyed(key)}: ${print(value, inner)}`);
  const hasNotes = code.kind === 'object' && code.entries.some(({ notes }) => notes.length > 0);
  const short = code.kind === 'object' ? `{ ${parts.join(', ')} }` : `[${parts.join(', ')}]`;
  if (!hasNotes && !short.includes('\n') && indent.length + short.length < WIDTH && isShort(code))
    return short;
  const lines = parts.map((part, index) => {
    const notes = code.kind === 'object' ? (code.entries[index]?.notes ?? []) : [];
    return `${notes.map((note) => `${inner}// ${note}\n`).join('')}${inner}${part},\n`;
  });
  return `${open}\n${lines.join('')}${indent}${close}`;
}

/** What holds objects of its own reads better on lines of their own. */
function isShort(code: Code): boolean {
  return (
    code.kind === 'object' &&
    code.entries.every(({ value }) => value.kind === 'text') &&
    code.entries.length <= 4
  );
}

function keyed(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}

function quoted(text: string): string {
  if (!/['\\\n]/.test(text)) return `'${text}'`;
  return `\`${text.replace(/[`\\]|\$\{/g, '\\$&')}\``;
}
