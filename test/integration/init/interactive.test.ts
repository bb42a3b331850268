import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { atTerminal, KEYS } from '../commands/terminal.ts';

const { enter, down, interrupt } = KEYS;

let folder: string;
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `skene init` in a copy of a layout, with somebody at the terminal. */
function init(layout: string) {
  folder = mkdtempSync(join(tmpdir(), 'skene-ask-'));
  cpSync(fileURLToPath(new URL(`../../fixtures/layouts/${layout}`, import.meta.url)), folder, {
    recursive: true,
  });
  return atTerminal(['init'], { cwd: folder });
}

// `script` takes other arguments where it is not of util-linux.
describe.skipIf(process.platform !== 'linux')('skene init at a terminal', () => {
  it('writes what the answers say: another key action, and the link that was typed', async () => {
    const session = init('two-databases');
    await session.answer('Which table has the users?', enter);
    await session.answer('Which loop do you begin with?', enter);
    await session.answer("Which is a user's first key action?", down, enter);
    await session.answer('Where does the first step begin?', 'https://example.com/boards/new', enter);
    await session.answer('Write these files?', enter);
    expect(await session.ended, session.screen()).toBe(0);
    const config = readFileSync(join(folder, 'skene.config.ts'), 'utf8');
    expect(config).toContain("type: 'activation'");
    expect(config).toContain('comment_written');
    expect(config).not.toMatch(/^[^/]*board_created/m);
    expect(config).toContain('https://example.com/boards/new');
    expect(session.screen()).toContain('skene.config.ts is right');
  });

  it('begins the loop that was chosen', async () => {
    const session = init('account-table');
    await session.answer('Which loop do you begin with?', down, enter);
    await session.answer('Write these files?', 'y');
    expect(await session.ended, session.screen()).toBe(0);
    expect(readFileSync(join(folder, 'skene.config.ts'), 'utf8')).toContain("type: 'retention'");
  });

  it('writes for the application that was chosen, and asks what is open of that one', async () => {
    const session = init('monorepo');
    await session.answer('Which application are the loops for?', down, enter);
    await session.answer('Where does the first step begin?', enter);
    await session.answer('Write these files?', 'y');
    expect(await session.ended, session.screen()).toBe(0);
    expect(readFileSync(join(folder, 'apps/worker/skene.config.ts'), 'utf8')).toContain("'customers'");
    expect(existsSync(join(folder, 'apps/web/skene.config.ts'))).toBe(false);
  });

  it('writes nothing for somebody who says no in the end', async () => {
    const session = init('no-database');
    await session.answer('Where does the first step begin?', enter);
    await session.answer('Write these files?', 'n');
    expect(await session.ended, session.screen()).toBe(1);
    expect(session.screen()).toContain('Nothing was written.');
    expect(existsSync(join(folder, 'skene.config.ts'))).toBe(false);
  });

  it('writes nothing for somebody who has had enough of the questions', async () => {
    const session = init('no-database');
    await session.answer('Where does the first step begin?', interrupt);
    expect(await session.ended, session.screen()).toBe(2);
    expect(session.screen()).toContain('You stopped, so nothing was written.');
    expect(existsSync(join(folder, 'skene.config.ts'))).toBe(false);
  });
});
