import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDirectory, openTemporaryDirectory } from './directory.ts';

/** The id of a process that has ended. */
const goneProcess = (): number => spawnSync(process.execPath, ['--version']).pid;

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'skene-directory-test-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

describe('a directory', () => {
  it('is fresh until it is complete', () => {
    const first = openDirectory(path);
    expect(first.isFresh).toBe(true);
    mkdirSync(first.cluster);
    first.close();
    const second = openDirectory(path);
    expect([second.isFresh, existsSync(second.cluster)]).toEqual([true, false]);
    second.complete();
    second.close();
    expect(openDirectory(path).isFresh).toBe(false);
  });

  it('belongs to one at a time', () => {
    const first = openDirectory(path);
    expect(() => openDirectory(path)).toThrow(`Process ${process.pid} uses the database in ${path}.`);
    first.close();
    openDirectory(path).close();
  });

  it.each([
    ['a process that is gone', () => String(goneProcess())],
    ['this process id, in an earlier life', () => String(process.pid)],
    ['nobody, as its writing was interrupted', () => ''],
  ])('is taken over from %s', (_, owner) => {
    writeFileSync(join(path, 'process.pid'), owner());
    const directory = openDirectory(path);
    expect(readFileSync(join(path, 'process.pid'), 'utf8')).toBe(String(process.pid));
    directory.close();
    expect(existsSync(join(path, 'process.pid'))).toBe(false);
  });

  it('is refused while its owner lives', () => {
    writeFileSync(join(path, 'process.pid'), String(process.ppid));
    expect(() => openDirectory(path)).toThrow(`Process ${process.ppid} uses`);
  });
});

describe('a temporary directory', () => {
  it('goes when it is closed', () => {
    const directory = openTemporaryDirectory();
    expect(existsSync(dirname(directory.cluster))).toBe(true);
    directory.close();
    expect(existsSync(dirname(directory.cluster))).toBe(false);
  });

  it('of a killed process goes when another is opened, and no other', () => {
    const left = mkdtempSync(join(tmpdir(), 'skene-postgres-'));
    writeFileSync(join(left, 'process.pid'), String(goneProcess()));
    const used = openTemporaryDirectory();
    openTemporaryDirectory().close();
    expect([existsSync(left), existsSync(dirname(used.cluster))]).toEqual([false, true]);
    used.close();
  });
});
