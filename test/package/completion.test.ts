import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { COMMANDS } from '../../src/cli/table.ts';
import { createTerminal } from '../../src/cli/terminal.ts';

async function completionFor(shell: string): Promise<{ code: number; text: string }> {
  let text = '';
  const write = { write: (part: string) => (text += part) };
  const terminal = createTerminal({ stdout: write, stderr: write, env: { NO_COLOR: '1' } });
  return { code: await run(['completion', shell], { terminal, version: '0.0.0' }), text };
}

const bash = (await completionFor('bash')).text;

/** What bash offers after these words; the last is being typed. */
function offered(...words: string[]): string[] {
  const ask = `${bash}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _skene; printf '%s\\n' "\${COMPREPLY[@]}"`;
  // Without --norc, bash reads its rc file where it takes itself for the shell of a network connection.
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-uc', ask, 'bash', 'skene', ...words], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('skene completion bash', () => {
  it('offers every command', () => {
    expect(offered('')).toEqual(expect.arrayContaining(Object.keys(COMMANDS)));
    expect(offered('est')).toEqual(['estimate']);
  });

  it('offers the options of a command, and no others', () => {
    expect(offered('estimate', '--si')).toEqual(['--signups']);
    expect(offered('check', '--signups')).toEqual([]);
  });

  it('offers subcommands, wherever the options stand', () => {
    expect(offered('runs', 'ca')).toEqual(['cancel']);
    expect(offered('runs', '--local', 'ca')).toEqual(['cancel']);
    expect(offered('runs', 'list', '--js')).toEqual(['--json']);
  });

  it('leaves files to the shell where it has nothing to offer', () => {
    expect(offered('check', './skene')).toEqual([]);
    expect(bash).toContain('complete -o default -F _skene skene');
  });
});

describe('skene completion', () => {
  it.each(['zsh', 'fish'])('knows every command in %s', async (shell) => {
    const { code, text } = await completionFor(shell);
    expect(code).toBe(0);
    for (const name of Object.keys(COMMANDS)) expect(text).toMatch(new RegExp(`['\\s]${name}[:\\s]`));
  });

  it('refuses another shell, and says which there are', async () => {
    const { code, text } = await completionFor('csh');
    expect(code).toBe(2);
    expect(text).toContain('bash, zsh, fish');
  });
});
