import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { openJournal } from './journal.ts';

const directory = mkdtempSync(join(tmpdir(), 'journal-'));
const path = join(directory, 'deep', 'journal.jsonl');

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function reopen() {
  const replayed: unknown[] = [];
  const journal = openJournal(path, (record) => replayed.push(record));
  return { journal, replayed };
}

describe('a journal', () => {
  it('hands back what was appended, in order', () => {
    const { journal, replayed } = reopen();
    expect(replayed).toEqual([]);
    for (const text of ['a', 'ü\n', '']) journal.append({ text });
    expect(journal.length).toBe(3);
    journal.close();
    const again = reopen();
    expect(again.replayed).toEqual([{ text: 'a' }, { text: 'ü\n' }, { text: '' }]);
    expect(again.journal.length).toBe(3);
    again.journal.close();
  });

  it('drops a half-written last line and goes on after the whole ones', () => {
    const { journal } = reopen();
    journal.append('whole');
    journal.close();
    appendFileSync(path, '"half ü');
    const { journal: repaired, replayed } = reopen();
    expect(replayed).toEqual(['whole']);
    repaired.append('next');
    repaired.close();
    expect(readFileSync(path, 'utf8')).toBe('"whole"\n"next"\n');
  });

  it('is replaced by what it is compacted to', () => {
    const { journal } = reopen();
    for (let n = 0; n < 10; n++) journal.append(n);
    journal.compact([9]);
    expect(journal.length).toBe(1);
    journal.append(10);
    journal.close();
    const again = reopen();
    expect(again.replayed).toEqual([9, 10]);
    again.journal.close();
  });

  it('reads lines that are longer than the pieces it reads', () => {
    const { journal } = reopen();
    const long = 'ü'.repeat(3_000_000);
    journal.append(long);
    journal.append('short');
    journal.compact([long, 'short', long]);
    journal.close();
    const again = reopen();
    expect(again.replayed).toEqual([long, 'short', long]);
    again.journal.close();
  });
});
