/** How the author exported the loops: `defineConfig`, an array, or one bare loop. */
export type ExportForm = 'config' | 'array' | 'loop';

/** Where something is in the author's file, in parts: `['steps', 0, 'delay']`. */
export type ConfigPath = ReadonlyArray<string | number>;

/** Turns a path into the whole configuration into the path the author sees (a bare loop has no `loops[0]`). */
export function authorPath(path: ReadonlyArray<PropertyKey>, form: ExportForm): ConfigPath {
  const parts = path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (form === 'config') return parts;
  return parts.slice(form === 'array' ? 1 : 2);
}

/** Writes a path as one would in code: `loops[1].steps[0].delay`. */
export function formatPath(parts: ConfigPath): string {
  return parts.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
