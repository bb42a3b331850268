import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

const PIECE_BYTES = 1 << 20;
const NEWLINE = 10;

/**
 * An append-only file of JSON lines from which a local server rebuilds its state. An append has reached the operating
 * system when it returns, so that a killed process loses nothing it has acknowledged (a power cut may lose the tail).
 */
export interface Journal<TRecord> {
  append(record: TRecord): void;
  /** As `append`, for a record that is JSON already. */
  appendJson(json: string): void;
  /** Replaces everything written so far by `records`, atomically: the state as it is now. */
  compact(records: Iterable<TRecord>): void;
  /** How many records the file holds: what decides when to compact. */
  readonly length: number;
  close(): void;
}

/** A journal that remembers nothing: for stacks that live as long as one test. */
export function createMemoryJournal<TRecord>(): Journal<TRecord> {
  return { append: () => {}, appendJson: () => {}, compact: () => {}, length: 0, close: () => {} };
}

/**
 * Opens the journal at `path` (made when absent) and hands every record it holds to `replay`, oldest first. A last
 * line that a killed process left half written is dropped: nobody was told that it had been kept.
 */
export function openJournal<TRecord>(path: string, replay: (record: TRecord) => void): Journal<TRecord> {
  mkdirSync(dirname(path), { recursive: true });
  let length = existsSync(path) ? replayFile(path, replay) : 0;
  let file = openSync(path, 'a');

  function appendJson(json: string): void {
    writeSync(file, `${json}\n`);
    length += 1;
  }

  return {
    append: (record) => appendJson(JSON.stringify(record)),
    appendJson,
    compact(records) {
      const fresh = `${path}.new`;
      const target = openSync(fresh, 'w');
      length = writeAll(target, records);
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

/** Writes in pieces: one write for each record would take several times as long. */
function writeAll(file: number, records: Iterable<unknown>): number {
  let count = 0;
  let piece = '';
  for (const record of records) {
    piece += `${JSON.stringify(record)}\n`;
    count += 1;
    if (piece.length < PIECE_BYTES) continue;
    writeSync(file, piece);
    piece = '';
  }
  writeSync(file, piece);
  return count;
}

/** Reads the file in pieces: a journal may be longer than the longest string. */
function replayFile<TRecord>(path: string, replay: (record: TRecord) => void): number {
  const file = openSync(path, 'r');
  const piece = Buffer.alloc(PIECE_BYTES);
  let rest = Buffer.alloc(0);
  let count = 0;
  let size = 0;
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      size += read;
      const bytes = Buffer.concat([rest, piece.subarray(0, read)]);
      const whole = bytes.lastIndexOf(NEWLINE) + 1;
      rest = bytes.subarray(whole);
      for (const line of bytes.toString('utf8', 0, whole).split('\n')) {
        if (line === '') continue;
        replay(JSON.parse(line) as TRecord);
        count += 1;
      }
    }
  } finally {
    closeSync(file);
  }
  if (rest.length > 0) truncateSync(path, size - rest.length);
  return count;
}
