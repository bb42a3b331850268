import { createHash, timingSafeEqual } from 'node:crypto';
import type { Engine } from './engine.ts';
import { isFailure, isStatus, mapStrings, OK, type Reply, toBytes, toText } from './reply.ts';

/** The largest request taken, in bytes: that of the pay-as-you-go plan. */
const MOST_BYTES = 10_000_000;

/** An error that is the caller's, in Upstash's form: `{"error": "..."}`. */
class RequestProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Answers Upstash's REST protocol: a command as a JSON array or as a path, several under `/pipeline`, one transaction under `/multi-exec`.
 * @see https://upstash.com/docs/redis/features/restapi
 */
export function createHandler(engine: Engine, token: string): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      authorize(request, token);
      const encode = request.headers.get('upstash-encoding') === 'base64' ? inBase64 : plain;
      return Response.json(await answer(request, engine, encode), {
        headers: { 'upstash-sync-token': 'local' },
      });
    } catch (error) {
      if (!(error instanceof RequestProblem)) throw error;
      return Response.json({ error: error.message }, { status: error.status });
    }
  };
}

type Encode = (reply: Reply) => unknown;

async function answer(request: Request, engine: Engine, encode: Encode): Promise<unknown> {
  const url = new URL(request.url);
  const body = request.method === 'POST' ? await readBody(request) : '';
  if (url.pathname === '/pipeline') {
    return commandsIn(body).map((args) => shown(engine.execute(args), encode));
  }
  if (url.pathname === '/multi-exec') {
    const replies = engine.transaction(commandsIn(body));
    if (!Array.isArray(replies)) throw new RequestProblem(400, (replies as { error: string }).error);
    return replies.map((reply) => shown(reply, encode));
  }
  const args = url.pathname === '/' ? readCommand(parse(body)) : commandInPath(url, body);
  const reply = engine.execute(args);
  if (isFailure(reply)) throw new RequestProblem(400, toText(reply.error));
  return shown(reply, encode);
}

function shown(reply: Reply, encode: Encode): unknown {
  return isFailure(reply) ? { error: toText(reply.error) } : { result: encode(reply) };
}

function plain(reply: Reply): unknown {
  return simplified(mapStrings(reply, toText), (text) => text);
}

/** Every string but OK is encoded, which is how the client tells. */
function inBase64(reply: Reply): unknown {
  return simplified(reply, (bytes) => Buffer.from(bytes, 'latin1').toString('base64'));
}

function simplified(reply: Reply, text: (bytes: string) => string): unknown {
  if (typeof reply === 'string') return text(reply);
  if (typeof reply === 'bigint') return Number(reply);
  if (reply === null || typeof reply === 'number') return reply;
  if (isStatus(reply)) return reply.status === OK.status ? OK.status : text(reply.status);
  if (isFailure(reply)) return toText(reply.error);
  return reply.map((item) => simplified(item, text));
}

function authorize(request: Request, token: string): void {
  const url = new URL(request.url);
  const given =
    /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ??
    url.searchParams.get('_token') ??
    '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(given), digest(token))) {
    throw new RequestProblem(401, 'WRONGPASS invalid or missing auth token');
  }
}

async function readBody(request: Request): Promise<string> {
  const bytes = Buffer.from(await request.arrayBuffer());
  if (bytes.length > MOST_BYTES)
    throw new RequestProblem(413, `ERR max request size exceeded. Limit: ${MOST_BYTES} bytes`);
  return bytes.toString('utf8');
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new RequestProblem(400, 'ERR failed to parse command');
  }
}

function commandsIn(body: string): string[][] {
  const commands = parse(body);
  if (!Array.isArray(commands)) throw new RequestProblem(400, 'ERR failed to parse pipeline request');
  return commands.map(readCommand);
}

/** A command's words; numbers, booleans and objects are taken as their JSON, as Upstash does. */
function readCommand(command: unknown): string[] {
  if (!Array.isArray(command) || command.length === 0)
    throw new RequestProblem(400, 'ERR failed to parse command');
  return command.map((word: unknown) => toBytes(typeof word === 'string' ? word : JSON.stringify(word)));
}

/** `/set/key/value`; a body is the last argument, and query parameters follow it. */
function commandInPath({ pathname, searchParams }: URL, body: string): string[] {
  const words = pathname.slice(1).split('/').map(decodeURIComponent);
  if (body !== '') words.push(body);
  for (const [name, value] of searchParams) {
    if (name === '_token') continue;
    words.push(name);
    if (value !== '') words.push(value);
  }
  return words.map(toBytes);
}
