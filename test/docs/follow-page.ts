import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { type CodeBlock, root } from './code-blocks.ts';
import { sdkPaths } from './sdk-paths.ts';

/** Where a reader follows a page. */
export interface Reader {
  /** Does what a block says, or sees what it says is to be seen. */
  follow(block: CodeBlock): Promise<void>;
  close(): Promise<void>;
}

/** As long as a busy machine may take. */
const PATIENCE_MS = 60_000;
/** What stands in the place of a network: `npx` runs what is installed. */
const TOOLS = {
  npx: 'exec "$@"',
  skene: `exec node --import "${import.meta.resolve('tsx')}" "${join(root, 'src/cli/main.ts')}" "$@"`,
};

/** A folder in which the SDK is installed, from source, and nothing else. */
export function openReader(): Reader {
  const home = mkdtempSync(join(tmpdir(), 'skene-reader-'));
  const tools = join(home, 'tools');
  mkdirSync(tools);
  for (const [name, line] of Object.entries(TOOLS)) {
    writeFileSync(join(tools, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(tools, name), 0o755);
  }
  const { FORCE_COLOR: _, VITEST: __, ...own } = process.env;
  const env = {
    ...own,
    PATH: `${tools}:${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
    NO_COLOR: '1',
    DATABASE_URL: '',
  };
  let folder = home;
  let shown = '';
  let dev: { process: ChildProcess; output: () => string } | undefined;

  async function run(code: string, isToFail: boolean): Promise<void> {
    // Where the page's own port is taken, the next free one is the stack's.
    const functions = /functions +(\S+)/.exec(dev?.output() ?? '')?.[1] ?? '';
    const lines = code.replaceAll('http://localhost:3000', functions);
    const child = spawn('bash', ['-c', `set -e\n${lines}\npwd > "${home}/cwd"`], { cwd: folder, env });
    const output = gather(child);
    const [status] = (await once(child, 'close')) as [number];
    shown = output();
    if ((status !== 0) !== isToFail) throw new Error(`This ended with ${status}:\n${code}\n${shown}`);
    const [moved] = readdirSync(home).filter((name) => !['tools', 'cwd'].includes(name));
    if (moved !== undefined && folder === home) folder = install(join(home, moved));
  }

  /** What `npm install` would have done. */
  function install(into: string): string {
    writeFileSync(join(into, 'vitest.config.mjs'), vitestConfig());
    symlinkSync(join(root, 'node_modules'), join(into, 'node_modules'));
    return into;
  }

  async function see(text: string, isOfDev: boolean): Promise<void> {
    for (const line of text.trim().split('\n').map(plain))
      if (isOfDev)
        await expect.poll(() => plain(dev?.output() ?? ''), { timeout: PATIENCE_MS }).toContain(line);
      else expect(plain(shown)).toContain(line);
  }

  return {
    async follow({ language, about, code }) {
      if (language === 'text') await see(code, about === 'dev');
      else if (language !== 'sh') {
        mkdirSync(dirname(join(folder, about)), { recursive: true });
        writeFileSync(join(folder, about), code);
      } else if (about === 'dev') {
        const child = spawn('bash', ['-c', `exec ${code.replace('npx ', '')}`], { cwd: folder, env });
        dev = { process: child, output: gather(child) };
      } else if (about !== 'install' && about !== 'deployed') await run(code, about === 'fails');
    },
    async close() {
      if (dev !== undefined && dev.process.exitCode === null) {
        dev.process.kill('SIGKILL');
        await once(dev.process, 'exit');
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function gather(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  return () => text;
}

/** One space between words: columns are as wide as what stands in them. */
function plain(text: string): string {
  return text.replaceAll(/[^\S\n]+/g, ' ').trim();
}

function vitestConfig(): string {
  const alias = Object.entries(sdkPaths()).map(([find, [replacement]]) => ({ find, replacement }));
  const exact = alias.map(
    ({ find, replacement }) => `{ find: /^${find.replaceAll('/', '\\/')}$/, replacement: '${replacement}' }`,
  );
  return `export default { resolve: { alias: [${exact.join(', ')}] } };\n`;
}
