import { describe, expect, it } from 'vitest';
import { readCommandTree } from '../../src/cli/completion/command-tree.ts';
import { run } from '../../src/cli/run.ts';
import { COMMANDS } from '../../src/cli/table.ts';
import { createTerminal } from '../../src/cli/terminal.ts';

async function skene(args: readonly string[], env: Record<string, string> = {}) {
  const written = { out: '', note: '' };
  const terminal = createTerminal({
    stdout: { isTTY: true, write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.note += text) },
    env,
  });
  return { code: await run(args, { terminal, version: '0.0.0' }), ...written };
}

const places = (
  await readCommandTree({
    terminal: createTerminal({ stdout: { write: () => {} }, stderr: { write: () => {} }, env: {} }),
    commands: COMMANDS,
    exit: () => {},
  })
).filter(({ path }) => path !== '');
/** Those that do something themselves. */
const leaves = places.filter(({ names }) => names.every(({ name }) => name === 'help'));
const helps = new Map<string, string>();
for (const { path } of places) helps.set(path, (await skene([...path.split(' '), '--help'])).out);

/** What a pipe or `&&` hands to skene in the examples of a help. */
function examplesIn(help: string): string[] {
  const examples = /\nExamples?:\n((?: {2}.*\n?)+)/.exec(help)?.[1] ?? '';
  return examples
    .split('\n')
    .flatMap((line) => (line.split(' #')[0] ?? '').split(/\||&&|<\(|[<>)]/))
    .map((part) => part.trim())
    .filter((part) => part.startsWith('skene '));
}

describe.each(leaves.map(({ path }) => path))('skene %s --help', (path) => {
  const help = helps.get(path) ?? '';

  it('says what it is for, how to call it, and what its exit codes say', () => {
    expect(help).toMatch(new RegExp(`^Usage: skene ${path}\\b`));
    expect(help.split('\n')[2]).toMatch(/^[a-z].{10,}/);
    expect(help).toMatch(
      /\nExit codes: 0 all is well, 1 .+,\n2 it was called wrongly, 70 a defect of Skene\.\n$/s,
    );
    expect(examplesIn(help).filter((line) => `${line} `.startsWith(`skene ${path} `))).not.toEqual([]);
  });

  it('says of every argument and option what it is', () => {
    for (const { about, name } of places.find((one) => one.path === path)?.options ?? [])
      expect(about, name).not.toBe('');
    const [usage = ''] = help.split('\n');
    for (const [, argument = ''] of usage.matchAll(/[<[]([a-z]+)[>\]]/g))
      if (argument !== 'options') expect(help).toMatch(new RegExp(`\n  ${argument}\\.* {2,}\\S`));
  });

  it('has examples of commands and options that there are', () => {
    for (const example of examplesIn(help)) {
      const words = example.split(/\s+/).slice(1);
      const called = [words.slice(0, 2).join(' '), words[0] ?? ''].find((one) => helps.has(one)) ?? '';
      const known = places.find((one) => one.path === called)?.options.map(({ name }) => name) ?? [];
      const flags = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]);
      expect(known, example).toEqual(expect.arrayContaining(flags));
    }
  });
});

describe('a command that is mistyped', () => {
  it.each([
    [['pln'], 'Did you mean plan?'],
    [['log-in'], 'Did you mean login?'],
    [['runs', 'lst'], 'Did you mean list?'],
    [['sync', '--chek'], 'Did you mean --check?'],
    [['runs', 'list', '--limt', '3'], 'Did you mean --limit?'],
  ])('%j is told what was meant, and how to get help', async (args, meant) => {
    const { code, out, note } = await skene(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(note).toContain(meant);
    expect(note).toContain('skene --help');
  });
});

describe('colour', () => {
  it('is left out where NO_COLOR is set, or nobody is at a terminal', async () => {
    expect((await skene(['plan', 'nowhere'])).note).toContain('\u001b[');
    expect((await skene(['plan', 'nowhere'], { NO_COLOR: '1' })).note).not.toContain('\u001b[');
    expect((await skene(['plan', 'nowhere'], { TERM: 'dumb' })).note).not.toContain('\u001b[');
  });
});
