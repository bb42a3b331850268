import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './load.ts';

/** What a load came to, and what it cost. */
export interface Cost extends Outcome {
  requestsPerDecision: number;
  commandsPerDecision: number;
}

let requests = 0;
const send = globalThis.fetch;

/** Counts the requests of all limiters, which `fetch` for themselves, while something is done. */
export async function countingRequests<TResult>(work: () => Promise<TResult>): Promise<TResult> {
  globalThis.fetch = (input, init) => {
    requests += 1;
    return send(input, init);
  };
  try {
    return await work();
  } finally {
    globalThis.fetch = send;
  }
}

/** A Redis behind Upstash's REST protocol, in a process of its own. @param delayMs how much longer each request takes. */
export async function startServer(delayMs: number) {
  const path = fileURLToPath(new URL('./rest-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path, String(delayMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    server: { url: String(url).trim(), token: 'token' },
    async stop() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

/** Runs a load, and counts what it costs; a script's own commands are counted, as Upstash bills them, the call of the script is not. */
export async function measure(url: string, count: number, load: () => Promise<Outcome>): Promise<Cost> {
  await ask(url, 'CONFIG', 'RESETSTAT');
  const before = requests;
  const outcome = await load();
  const stats = await ask(url, 'INFO', 'commandstats');
  const commands = [...stats.matchAll(/cmdstat_(\w+)[^:]*:calls=(\d+)/g)]
    .filter(([, name]) => !/^(?:eval|evalsha|script|config|info)$/.test(name ?? ''))
    .reduce((sum, [, , calls]) => sum + Number(calls), 0);
  return {
    ...outcome,
    requestsPerDecision: (requests - before) / count,
    commandsPerDecision: commands / count,
  };
}

/** What the Redis holds, in bytes, without the buffers of its connections. */
export async function memoryOf(url: string): Promise<number> {
  const info = await ask(url, 'INFO', 'memory');
  const bytesOf = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return bytesOf('used_memory') - bytesOf('mem_clients_normal');
}

/** Asks once more where the server has just closed a connection that nobody used. */
async function ask(url: string, ...words: string[]): Promise<string> {
  const request = () => send(url, { method: 'POST', body: JSON.stringify(words) });
  const response = await request().catch(request);
  return String(((await response.json()) as { result?: unknown }).result);
}
