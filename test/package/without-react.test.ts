import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const MESSAGE = {
  from: 'ada@example.com',
  to: 'bob@example.com',
  subject: 'Hello',
  html: '<p>Hi</p>',
  text: 'Hi',
};

let folder: string;
let server: Server;
let resendUrl: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skene-without-react-'));
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"sent"}');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  resendUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program where `@react-email/render` is not to be found. */
async function runWithoutReact(name: string, program: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    stdin: { contents: program, resolveDir: root, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['@react-email/render'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'silent',
  });
  const { stdout } = await run(process.execPath, [outfile, resendUrl], { cwd: folder });
  return stdout.trim();
}

describe('Resend’s client', () => {
  it('is never led to React by an email of ours', async () => {
    const program = `
      import { createMailer } from './src/email/index.ts';
      const mailer = createMailer({ apiKey: 're_test', baseUrl: process.argv[2] });
      const message = ${JSON.stringify(MESSAGE)};
      const { id } = await mailer.send(message, { idempotencyKey: 'one' });
      console.log(id);`;
    expect(await runWithoutReact('ours', program)).toBe('sent');
  });

  it('would fail here if it were', async () => {
    const program = `
      import { Resend } from 'resend';
      const resend = new Resend('re_test', { baseUrl: process.argv[2] });
      await resend.emails.send({ ...${JSON.stringify(MESSAGE)}, react: {} }).catch(({ message }) => console.log(message));`;
    expect(await runWithoutReact('react', program)).toContain('@react-email/render');
  });
});
