import { TELLING_SCRIPT } from './upstash-redis-script.ts';

/** What Upstash's client hands a command, or several, to the server with. */
interface Requester {
  request(request: RedisRequest): Promise<unknown>;
}

interface RedisRequest {
  path?: string[];
  body?: unknown;
}

/** A command as it goes over the wire: its name and its arguments. */
type Words = readonly unknown[];

interface Answer {
  result?: unknown;
  error?: string;
}

/** Commands that write a hash under their first argument, or delete every key they name. */
const TOLD = [
  'HSET',
  'HMSET',
  'HSETNX',
  'HSETEX',
  'HINCRBY',
  'HINCRBYFLOAT',
  'HDEL',
  'HGETDEL',
  'DEL',
  'UNLINK',
];

/** Commands per script: a script holds up everybody else. */
const MOST_COMMANDS = 100;

const TELLS = Symbol.for('skene.tells');

/**
 * Lets an `@upstash/redis` client tell Skene what it writes: with each write to a row of a watched table (`users:{id}`) goes an entry in the
 * table's stream, in the same step of Redis, so that neither is ever there without the other. It also keeps the indexes that
 * conditions look rows up by. Everything else about the client stays as it is: `pipeline()`, `multi()`, automatic pipelining, the
 * answers and their types. Which tables are watched is read from Redis, where the watcher says so: nothing is to be configured here.
 *
 * Not told of: keys that expire or are renamed, and what scripts of your own write.
 * @param redis the client; it is changed, and given back.
 * @throws {TypeError} when it is no client of `@upstash/redis`.
 */
export function withSkene<TRedis extends object>(redis: TRedis): TRedis {
  const client: unknown = Reflect.get(redis, 'client');
  if (!isRequester(client))
    throw new TypeError('withSkene() takes a client of @upstash/redis: withSkene(Redis.fromEnv()).');
  if (Reflect.get(client, TELLS) === true) return redis;
  const telling = new Proxy(client, {
    get(target, name) {
      if (name === TELLS) return true;
      return name === 'request'
        ? (request: RedisRequest) => send(request, target)
        : Reflect.get(target, name);
    },
  });
  Reflect.set(redis, 'client', telling);
  return redis;
}

function isRequester(value: unknown): value is Requester {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'request') === 'function';
}

async function send(request: RedisRequest, client: Requester): Promise<unknown> {
  const [path] = request.path ?? [];
  const { body } = request;
  if (path === undefined && isWords(body))
    return isTold(body) ? sendOne(request, body, client) : client.request(request);
  const isBatch =
    (path === 'pipeline' || path === 'multi-exec') && Array.isArray(body) && body.every(isWords);
  return isBatch && body.some(isTold) ? sendBatch(request, body, client) : client.request(request);
}

async function sendOne(request: RedisRequest, command: Words, client: Requester): Promise<Answer> {
  const { result, error } = (await client.request({ ...request, body: scriptOf([command]) })) as Answer;
  return error === undefined ? (answersOf(result)[0] ?? {}) : { error };
}

/** Commands that are told of go together as far as they stand together, so that all stay in their order. */
async function sendBatch(request: RedisRequest, commands: Words[], client: Requester): Promise<Answer[]> {
  const groups: Array<{ isTold: boolean; commands: Words[] }> = [];
  for (const command of commands) {
    const last = groups.at(-1);
    const told = isTold(command);
    if (told && last?.isTold && last.commands.length < MOST_COMMANDS) last.commands.push(command);
    else groups.push({ isTold: told, commands: [command] });
  }
  const body = groups.map((group) => (group.isTold ? scriptOf(group.commands) : group.commands[0]));
  const answers = (await client.request({ ...request, body })) as Answer[];
  return answers.flatMap((answer, index) => {
    const group = groups[index];
    if (!group?.isTold) return [answer];
    return answer.error === undefined ? answersOf(answer.result) : group.commands.map(() => answer);
  });
}

function isWords(value: unknown): value is Words {
  return Array.isArray(value) && value.length > 0 && !Array.isArray(value[0]);
}

function isTold([name]: Words): boolean {
  return TOLD.includes(String(name).toUpperCase());
}

function scriptOf(commands: readonly Words[]): Words {
  const keys = [...new Set(commands.flatMap(keysOf))];
  return [
    'EVAL',
    TELLING_SCRIPT,
    keys.length,
    ...keys,
    ...commands.flatMap((words) => [words.length, ...words]),
  ];
}

function keysOf([name, ...rest]: Words): unknown[] {
  return /^(?:DEL|UNLINK)$/i.test(String(name)) ? rest : rest.slice(0, 1);
}

function answersOf(result: unknown): Answer[] {
  return (result as Array<[number, unknown]>).map(([isDone, reply]) =>
    Number(isDone) === 1 ? { result: reply ?? null } : { error: String(reply) },
  );
}
