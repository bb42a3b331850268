import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { createTerminal } from '../../../src/cli/terminal.ts';

const layout = fileURLToPath(new URL('../../fixtures/layouts/prisma-map', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skene-init-'));
  cpSync(layout, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number;
  out: string;
  note: string;
}

/** Runs a command on the folder, as it runs in a pipe: nobody can be asked. */
async function skene(command: string, ...flags: string[]): Promise<Ended> {
  const written = { out: '', note: '' };
  const terminal = createTerminal({
    stdout: { write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.note += text) },
    env: {},
  });
  const code = await run([command, folder, ...flags], { terminal, version: '0' });
  return { code, ...written };
}

describe('skene init in a pipe', () => {
  it('says what it found and would write, writes nothing without --yes, and has no colour', async () => {
    const { code, out, note } = await skene('init');
    expect(code).toBe(2);
    expect(note).toContain('Add --yes to do it without being asked.');
    expect(out).toContain('users        members  certain\n             prisma/schema.prisma:11');
    expect(out).toContain('write  skene.config.ts');
    expect(out + note).not.toContain('\u001b[');
    expect(readdirSync(folder)).not.toContain('skene.config.ts');
  });

  it('prints the files and writes none with --dry-run', async () => {
    const { code, out } = await skene('init', '--dry-run');
    expect(code).toBe(0);
    expect(out).toContain("users: { table: 'members', email: 'email_address', name: 'display_name' }");
    expect(out).toContain('export const { GET, POST } = skene(compiled);');
    expect(readdirSync(folder)).not.toContain('skene.config.ts');
  });

  it('answers with one JSON document, and writes only with --yes', async () => {
    const asked = JSON.parse((await skene('init', '--json')).out);
    expect(asked).toMatchObject({ loop: 'activation', written: [], problems: [] });
    expect(asked.findings).toContainEqual(
      expect.objectContaining({ subject: 'users', what: 'members', confidence: 'certain' }),
    );
    expect(asked.files.map(({ path }: { path: string }) => path)).toContain('skene.config.ts');
    expect(JSON.parse((await skene('init', '--json', '--yes')).out).written).toHaveLength(4);
    expect(JSON.parse((await skene('init', '--json')).out)).toMatchObject({ loop: null, files: [] });
  });

  it('leaves a project that skene check, build and a second run find in order', async () => {
    const { code, out } = await skene('init', '--yes');
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('skene.config.ts is right'),
    });
    expect((await skene('check')).code).toBe(0);
    expect((await skene('build')).code).toBe(0);
    expect(readFileSync(join(folder, 'compiled/index.ts'), 'utf8')).toContain('members');
    expect(await skene('init', '--yes')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Everything is here already'),
    });
  });

  it('refuses a loop that nothing here could carry, and an application that is not there', async () => {
    expect(await skene('init', '--loop', 'freemium', '--yes')).toMatchObject({
      code: 2,
      note: expect.stringContaining('What fits is activation'),
    });
    expect(await skene('init', '--loop', 'viral')).toMatchObject({
      code: 2,
      note: expect.stringContaining('Allowed choices'),
    });
    expect(await skene('init', '--app', 'apps/none')).toMatchObject({
      code: 2,
      note: expect.stringContaining('There is no application in apps/none'),
    });
  });

  it('says which application of a monorepo it took, and takes the one that is named', async () => {
    rmSync(folder, { recursive: true });
    cpSync(join(layout, '../monorepo'), folder, { recursive: true });
    const usual = await skene('init', '--dry-run');
    expect(usual.out).toContain('Taken: apps/web. --app names another: apps/worker');
    expect((await skene('init', '--dry-run', '--app', 'apps/worker')).out).toContain(
      'apps/worker/skene.config.ts',
    );
  });

  it('ends with 1 where there is nothing to begin with', async () => {
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'skene-init-'));
    expect(await skene('init', '--yes')).toMatchObject({
      code: 1,
      out: expect.stringContaining('There is nothing here'),
    });
  });
});

describe('skene prompt', () => {
  it('carries the findings with their places, the tables and the grammar', async () => {
    const { code, out } = await skene('prompt');
    expect(code).toBe(0);
    expect(out).toContain('- users: **members** (certain): prisma/schema.prisma:11');
    expect(out).toContain('- `documents` (prisma/schema.prisma:45): id text, written_by text -> members');
    expect(out).toContain("type: 'activation' | 'freemium' | 'retention';");
  });

  it('keeps its section of AGENTS.md between markers, and the rest as it is', async () => {
    writeFileSync(join(folder, 'AGENTS.md'), '# Ours\n\nBe kind.\n');
    await skene('prompt', '--agents');
    const once = readFileSync(join(folder, 'AGENTS.md'), 'utf8');
    expect(once).toMatch(
      /^# Ours\n\nBe kind\.\n\n<!-- skene:begin -->\n# Growth loops[\s\S]*<!-- skene:end -->\n$/,
    );
    writeFileSync(join(folder, 'AGENTS.md'), `${once}\nAnd brief.\n`);
    await skene('prompt', '--agents');
    expect(readFileSync(join(folder, 'AGENTS.md'), 'utf8')).toBe(`${once}\nAnd brief.\n`);
  });

  it('writes a rule file that Cursor reads with the config', async () => {
    await skene('prompt', '--cursor');
    const rule = readFileSync(join(folder, '.cursor/rules/skene.mdc'), 'utf8');
    expect(rule).toMatch(
      /^---\ndescription: .+\nglobs: skene\.config\.\*,emails\/\*\*\nalwaysApply: false\n---\n\n# Growth loops/,
    );
  });
});
