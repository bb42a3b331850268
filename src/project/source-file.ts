import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';

/** A place in a file; both count from 1, columns in UTF-16 units. */
export interface Position {
  line: number;
  column: number;
}

/** A text file, and where its lines begin. */
export interface SourceFile {
  /** As it was found: an absolute path. */
  file: string;
  text: string;
  /** Offset to place. */
  positionAt(offset: number): Position;
  /** The text of a line, without its end; empty beyond the last. */
  line(number: number): string;
}

/** A file that cannot be read as text, and why. */
export interface Unreadable {
  message: string;
  hint: string;
}

/** No config is longer; most are a hundredth of it. */
const LONGEST_FILE = 1_000_000;

/** Reads a text file. A byte order mark is no part of it. */
export async function readSource(file: string): Promise<SourceFile | Unreadable> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile()) {
    return { message: 'cannot be read', hint: 'Check that it is a file, and that you may read it.' };
  }
  if (found.size > LONGEST_FILE) {
    return {
      message: `is ${Math.ceil(found.size / 1_000_000)} MB long; a config is 1 MB at most`,
      hint: 'Keep data out of the config.',
    };
  }
  const bytes = await readFile(file);
  if (bytes.includes(0)) {
    return { message: 'is not a text file', hint: 'Save it as UTF-8 text.' };
  }
  try {
    return sourceFrom(file, new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { message: 'is not UTF-8 text', hint: 'Save it as UTF-8.' };
  }
}

/** Makes a source file of text that is already here. */
export function sourceFrom(file: string, text: string): SourceFile {
  const starts = [
    0,
    ...[...text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)].map((end) => end.index + end[0].length),
  ];
  return {
    file,
    text,
    positionAt(offset) {
      const next = starts.findIndex((start) => start > offset);
      const line = next === -1 ? starts.length : next;
      return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
    },
    line(number) {
      const start = starts[number - 1];
      return start === undefined ? '' : text.slice(start, starts[number]).replace(/[\r\n\u2028\u2029]+$/, '');
    },
  };
}

/** A path as it is shown: from the working directory if it is below it. */
export function shownPath(file: string, directory: string): string {
  const path = relative(directory, file);
  return path === '' || path.startsWith('..') || isAbsolute(path) ? file : path;
}
