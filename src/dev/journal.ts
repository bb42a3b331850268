import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * An append-only file of JSON lines from which a local server rebuilds its state. An append has reached the operating
 * system when it returns, so that a killed process loses nothing it has acknowledged (a power cut may lose the tail).
 */
export interface Journal<TRecord> {
  append(record: TRecord): void;
  /** Replaces everything written so far by `records`, atomically: the state as it is now. */
  compact(records: Iterable<TRecord>): void;
  /** How many records the file holds: what decides when to compact. */
  readonly length: number;
  close(): void;
}

/** A journal that remembers nothing: for stacks that live as long as one test. */
export function createMemoryJournal<TRecord>(): Journal<TRecord> {
  return { append: () => {}, compact: () => {}, length: 0, close: () => {} };
}

/**
 * Opens the journal at `path` (made when absent) and hands every record it holds to `replay`, oldest first. A last
 * line that a killed process left half written is dropped: nobody was told that it had been kept.
 */
export function openJournal<TRecord>(path: string, replay: (record: TRecord) => void): Journal<TRecord> {
  mkdirSync(dirname(path), { recursive: true });
  let length = existsSync(path) ? replayFile(path, replay) : 0;
  let file = openSync(path, 'a');

  return {
    append(record) {
      writeSync(file, `${JSON.stringify(record)}\n`);
      length += 1;
    },
    compact(records) {
      const fresh = `${path}.new`;
      const target = openSync(fresh, 'w');
      length = 0;
      for (const record of records) {
        writeSync(target, `${JSON.stringify(record)}\n`);
        length += 1;
      }
      closeSync(target);
      renameSync(fresh, path);
      closeSync(file);
      file = openSync(path, 'a');
    },
    get length() {
      return length;
    },
    close: () => closeSync(file),
  };
}

function replayFile<TRecord>(path: string, replay: (record: TRecord) => void): number {
  const text = readFileSync(path, 'utf8');
  const whole = text.lastIndexOf('\n') + 1;
  if (whole < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, whole)));
  let count = 0;
  for (const line of text.slice(0, whole).split('\n')) {
    if (line === '') continue;
    replay(JSON.parse(line) as TRecord);
    count += 1;
  }
  return count;
}
