import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '../../src/dev/listen.ts';

/** A real Redis behind the part of Upstash's REST protocol that `@upstash/redis` uses here. */
export interface RedisRestServer {
  url: string;
  token: string;
  /** Answers a request without a socket. */
  handle(request: Request): Promise<Response>;
  stop(): Promise<void>;
}

type Reply = string | number | null | Reply[] | Error;

/**
 * Whether tests can have a Redis. Without one, says what is not run; in CI they fail instead.
 * @param what the tests that need it.
 */
export function hasRedis(what: string): boolean {
  if (process.env.CI || spawnSync('redis-server', ['--version']).status === 0) return true;
  console.warn(`\n*** NOT RUN: ${what}: no Redis is installed (redis-server).\n`);
  return false;
}

/** How far the server goes in being like Upstash's. */
export interface RedisRestOptions {
  /** Takes scripts that begin with Upstash's own line, which a plain Redis refuses. */
  takesUpstashLine?: boolean;
  /** How long each request takes more, in ms. */
  delayMs?: number;
}

/** Starts a Redis of its own on a socket in a temporary folder, and the REST protocol before it on a free port of loopback. */
export async function startRedisRestServer({
  takesUpstashLine = false,
  delayMs = 0,
}: RedisRestOptions = {}): Promise<RedisRestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'skene-redis-'));
  const path = join(folder, 'socket');
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--save', '', '--dir', folder], {
    stdio: 'ignore',
  });
  const plainRedis = connectRedis(await connected(path, server));
  const redis = takesUpstashLine ? takingUpstashLine(plainRedis) : plainRedis;
  const handle = async (request: Request): Promise<Response> => {
    const body: unknown = await request.json();
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const { pathname } = new URL(request.url);
    const isPipeline = pathname !== '/';
    const commands = (isPipeline ? body : [body]) as unknown[][];
    const replies =
      pathname === '/multi-exec'
        ? await transaction(redis, commands)
        : await Promise.all(commands.map(redis));
    if (replies instanceof Error) return Response.json({ error: replies.message }, { status: 400 });
    const encode = request.headers.get('upstash-encoding') === 'base64' ? inBase64 : plain;
    const answers = replies.map((reply) =>
      reply instanceof Error ? { error: reply.message } : { result: encode(reply) },
    );
    return Response.json(isPipeline ? answers : answers[0]);
  };
  const listening = await listen(handle, { port: 0 });
  return {
    url: listening.url,
    token: 'token',
    handle,
    async stop() {
      await listening.close();
      server.kill('SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs commands as one; an error of the whole (a command that is none) in place of the replies. */
async function transaction(redis: Run, commands: unknown[][]): Promise<Reply[] | Error> {
  const replies = await Promise.all([['MULTI'], ...commands, ['EXEC']].map(redis));
  const last = replies.at(-1);
  return Array.isArray(last) ? last : last instanceof Error ? last : new Error('EXEC gave no replies');
}

type SendCommand = (command: unknown[]) => Promise<Reply>;

const UPSTASH_LINE = '#!lua flags=allow-key-locking\n';

/** Cuts Upstash's line off, and knows the script by the digest of what was sent. */
function takingUpstashLine(redis: SendCommand): SendCommand {
  const digests = new Map<string, string>();
  const digestOf = (text: string) => createHash('sha1').update(text).digest('hex');
  return ([name, script, ...rest]) => {
    const source = String(script);
    if (/^eval$/i.test(String(name)) && source.startsWith(UPSTASH_LINE)) {
      const bare = source.slice(UPSTASH_LINE.length);
      digests.set(digestOf(source), digestOf(bare));
      return redis([name, bare, ...rest]);
    }
    if (/^evalsha$/i.test(String(name))) return redis([name, digests.get(source) ?? source, ...rest]);
    return redis(script === undefined ? [name] : [name, script, ...rest]);
  };
}

async function connected(path: string, server: ChildProcess): Promise<Socket> {
  for (let attempt = 0; ; attempt += 1) {
    const socket = createConnection(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (attempt === 200 || server.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

type Run = (command: unknown[]) => Promise<Reply>;

/** Sends commands over one connection, whose replies come in order. @see https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function connectRedis(socket: Socket): Run {
  const waiting: Array<(reply: Reply) => void> = [];
  let buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (let parsed = parse(buffer, 0); parsed !== undefined; parsed = parse(buffer, 0)) {
      buffer = buffer.subarray(parsed.end);
      waiting.shift()?.(parsed.reply);
    }
  });
  return (command) =>
    new Promise((resolve) => {
      waiting.push(resolve);
      const words = command.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)));
      const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      socket.write(`*${words.length}\r\n${parts.join('')}`);
    });
}

const CRLF = Buffer.from('\r\n');

function parse(buffer: Buffer, start: number): { reply: Reply; end: number } | undefined {
  const stop = buffer.indexOf(CRLF, start);
  if (stop === -1) return undefined;
  const line = buffer.toString('utf8', start + 1, stop);
  const end = stop + CRLF.length;
  switch (String.fromCharCode(buffer[start] ?? 0)) {
    case '-':
      return { reply: new Error(line), end };
    case ':':
      return { reply: Number(line), end };
    case '$': {
      const length = Number(line);
      if (length === -1) return { reply: null, end };
      if (buffer.length < end + length + CRLF.length) return undefined;
      return { reply: buffer.toString('utf8', end, end + length), end: end + length + CRLF.length };
    }
    case '*':
      return parseList(buffer, end, Number(line));
    default:
      return { reply: line, end };
  }
}

function parseList(buffer: Buffer, start: number, length: number): { reply: Reply; end: number } | undefined {
  if (length === -1) return { reply: null, end: start };
  const items: Reply[] = [];
  let end = start;
  for (let count = 0; count < length; count += 1) {
    const item = parse(buffer, end);
    if (item === undefined) return undefined;
    items.push(item.reply);
    end = item.end;
  }
  return { reply: items, end };
}

const plain = (reply: Reply): Reply => reply;

/** As Upstash encodes replies for its client: every string but OK. */
function inBase64(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map(inBase64);
  return typeof reply === 'string' && reply !== 'OK' ? Buffer.from(reply).toString('base64') : reply;
}
