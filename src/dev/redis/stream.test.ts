import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createClock } from '../clock.ts';
import type { Arguments } from './command.ts';
import { commands } from './commands/index.ts';
import { createEngine } from './engine.ts';
import { createKeyspace } from './keyspace.ts';
import { snapshot } from './snapshot.ts';

function openStreams(journal?: string) {
  const clock = createClock({ frozen: true, start: 1_000 });
  const engine = createEngine({ clock, journal, dialect: 'redis' });
  return { run: (...words: string[]) => engine.execute(words), close: () => engine.close() };
}

it('a stream remembers its entries and its greatest id when the server is started again', () => {
  const journal = join(mkdtempSync(join(tmpdir(), 'skene-stream-')), 'redis.jsonl');
  const before = openStreams(journal);
  before.run('XADD', 's', '*', 'a', '1');
  before.run('EVAL', "return redis.call('XADD', KEYS[1], '*', 'a', '2')", '1', 's');
  before.run('XADD', 's', 'MAXLEN', '2', '*', 'a', '3');
  before.run('XDEL', 's', '1000-2');
  before.close();
  const after = openStreams(journal);
  expect(after.run('XRANGE', 's', '-', '+')).toEqual([['1000-1', ['a', '2']]]);
  expect(after.run('XADD', 's', '*', 'a', '4')).toBe('1000-3');
  after.close();
});

it('a snapshot rebuilds streams, also one whose entries are all gone', () => {
  function keyspaceOf(records: Iterable<readonly string[]>) {
    const db = createKeyspace();
    for (const words of records) commands[String(words[0]).toLowerCase()]?.run(db, words as Arguments);
    return db;
  }
  const db = keyspaceOf([
    ['XADD', 's', '5-1', 'a', '1'],
    ['XADD', 's', '6-0', 'a', '2'],
    ['XDEL', 's', '6-0'],
    ['XADD', 'empty', '7-0', 'a', '1'],
    ['XDEL', 'empty', '7-0'],
  ]);
  const rebuilt = keyspaceOf(snapshot(db));
  expect([...snapshot(rebuilt)]).toEqual([...snapshot(db)]);
  expect(commands.xadd?.run(rebuilt, ['XADD', 'empty', '7-*', 'a', '1'])).toBe('7-1');
  expect(commands.xadd?.run(rebuilt, ['XADD', 's', '6-*', 'a', '1'])).toBe('6-1');
});

it('ids grow where the clock stands still or goes back', () => {
  const { run } = openStreams();
  run('XADD', 's', '2000-5', 'a', '1');
  expect(run('XADD', 's', '*', 'a', '2')).toBe('2000-6');
});
