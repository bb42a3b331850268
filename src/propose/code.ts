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

/** What would end a comment, and begin code of whatever was found. */
const LINE_ENDS = /[\n\r\u2028\u2029]+/g;

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

/** Writes code as a formatter would: a short object without comments stays on a line. */
export function print(code: Code, indent = ''): string {
  if (code.kind === 'text') return code.text;
  const short = code.kind === 'object' ? onOneLine(code.entries) : undefined;
  if (short !== undefined && indent.length + short.length < WIDTH) return short;
  const inner = `${indent}  `;
  const [open, close] = code.kind === 'object' ? ['{', '}'] : ['[', ']'];
  const lines =
    code.kind === 'object'
      ? code.entries.map(({ key, value, notes }) => {
          const comment = notes.map((note) => `${inner}// ${note.replaceAll(LINE_ENDS, ' ')}\n`).join('');
          return `${comment}${inner}${keyed(key)}: ${print(value, inner)},\n`;
        })
      : code.items.map((item) => `${inner}${print(item, inner)},\n`);
  return `${open}\n${lines.join('')}${indent}${close}`;
}

/** An object of a few plain values; what holds objects of its own reads better on lines of their own. */
function onOneLine(entries: readonly Entry[]): string | undefined {
  const parts = entries.flatMap(({ key, value, notes }) =>
    value.kind === 'text' && notes.length === 0 ? [`${keyed(key)}: ${value.text}`] : [],
  );
  return parts.length === entries.length && parts.length <= 4 ? `{ ${parts.join(', ')} }` : undefined;
}

function keyed(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}

function quoted(text: string): string {
  if (!/['\\\n]/.test(text)) return `'${text}'`;
  return `\`${text.replace(/[`\\]|\$\{/g, '\\$&')}\``;
}
