import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** Keys, as a terminal sends them. */
export const KEYS = { enter: '\r', down: '\u001b[B', interrupt: '\u0003' };

/** `skene`, as somebody sits before it. */
export interface Session {
  /** Everything that was written, as text. */
  screen(): string;
  /** Waits until it asks for something, and answers. */
  answer(question: string, ...keys: string[]): Promise<void>;
  /** The exit code, once it has ended. */
  ended: Promise<number | null>;
}

/** Starts `skene` at a pseudo-terminal of util-linux' `script`, which every Debian has; it ends with the test. */
export function atTerminal(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Session {
  const main = `${root}src/cli/main.ts`;
  const tsx = import.meta.resolve('tsx');
  const command = [process.execPath, '--import', tsx, main, ...args].map(quoted).join(' ');
  const child = spawn('script', ['-qefc', `stty rows 50 cols 120; exec ${command}`, '/dev/null'], {
    cwd,
    env: { ...process.env, TERM: 'xterm', SHELL: '/bin/sh', ...env },
  });
  onTestFinished(() => void child.kill());
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text;
    });
  const screen = () => stripVTControlCharacters(written);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    screen,
    async answer(question, ...keys) {
      const isAsked = expect.poll(screen, { timeout: 50_000 }).toContain(question);
      await Promise.race([isAsked, ended.then(() => expect(screen()).toContain(question))]);
      child.stdin.write(keys.join(''));
    },
    ended,
  };
}
