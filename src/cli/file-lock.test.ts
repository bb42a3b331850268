import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFileLock } from './file-lock.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skene-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('withFileLock', () => {
  it('holds the lock while it works, and gives it back whatever comes of it', async () => {
    expect(await withFileLock(file, () => existsSync(file))).toBe(true);
    const failing = withFileLock(file, () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('waits for whoever holds it', async () => {
    writeFileSync(file, '');
    let isDone = false;
    const waiting = withFileLock(file, () => (isDone = true));
    expect(isDone).toBe(false);
    rmSync(file);
    expect(await waiting).toBe(true);
  });

  it.each([-60, 60])('takes over what was left behind %i s ago', async (seconds) => {
    writeFileSync(file, '');
    const then = Date.now() / 1_000 + seconds;
    utimesSync(file, then, then);
    expect(await withFileLock(file, () => 'done')).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says what keeps it from being made', async () => {
    await expect(withFileLock(join(folder, 'none', 'lock'), () => {})).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
