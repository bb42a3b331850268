import { KEY_LOCKING, type Script } from './scripts.ts';

/** A command, and what Upstash answers for it in a pipeline. */
type Command = ReadonlyArray<string | number>;
type Answer = { result: unknown; error?: undefined } | { error: string; result?: undefined };

/** How to reach Redis over Upstash's REST protocol. */
export interface RedisAccess {
  url: string;
  token: string;
  /** The platform's own unless told. */
  fetch?: typeof fetch | undefined;
}

/** A Lua script with what it is called with, and a key to be read before it in the same request. */
export interface ScriptCall {
  script: Script;
  keys: readonly string[];
  args: readonly string[];
  readFirst?: string | undefined;
}

/** What a script answered, and what stood in the key that was read before it. */
export interface ScriptAnswer {
  result: unknown;
  read?: unknown;
}

/**
 * Runs scripts on Redis, by nothing but `fetch`. A request that got no answer is sent once more, so a script must do the same thing twice
 * with impunity. `@upstash/redis` is not used here: it is 18 kB, repeats a request five times, and parts reads from writes, which
 * makes two requests of one.
 */
export function createScripts({ url, token, fetch: send = fetch }: RedisAccess) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  /** Which line before a script this Redis takes; not known before the first answer. */
  let dialect: keyof Script['digests'] | undefined;

  async function post(commands: readonly Command[], signal: AbortSignal): Promise<Answer[]> {
    const body = JSON.stringify(commands);
    const ask = async (): Promise<Response> => {
      const response = await send(`${url}/pipeline`, { method: 'POST', headers, body, signal });
      if (response.status >= 500) throw new Error(`Redis answered ${response.status}`);
      return response;
    };
    const response = await ask().catch((error: unknown) => {
      if (signal.aborted) throw error;
      return ask();
    });
    const answers = (await response.json()) as Answer[] | { error: string };
    if (!Array.isArray(answers)) throw new Error(`Redis refused the request: ${answers.error}`);
    return answers;
  }

  async function call(
    { script, keys, args, readFirst }: ScriptCall,
    signal: AbortSignal,
  ): Promise<ScriptAnswer> {
    async function ask(command: 'EVAL' | 'EVALSHA', source: string): Promise<Answer[]> {
      const first: Command[] = readFirst === undefined ? [] : [['GET', readFirst]];
      const answers = await post([...first, [command, source, keys.length, ...keys, ...args]], signal);
      return answers.reverse();
    }
    const read = ([result, value]: Answer[]): ScriptAnswer => ({
      result: resultOf(result),
      ...(value === undefined ? {} : { read: resultOf(value) }),
    });
    async function askAs(candidate: keyof Script['digests']): Promise<Answer[]> {
      const answers = await ask('EVALSHA', script.digests[candidate]);
      if (!answers[0]?.error?.startsWith('NOSCRIPT')) return answers;
      return ask('EVAL', (candidate === 'upstash' ? KEY_LOCKING : '') + (await script.source()));
    }
    const tried = dialect ?? 'upstash';
    let answers = await askAs(tried);
    // Another call may have found out meanwhile: this one was asked as it was tried.
    const isRefused = tried === 'upstash' && /shebang|compil/i.test(answers[0]?.error ?? '');
    if (isRefused) answers = await askAs('redis');
    const answer = read(answers);
    dialect = isRefused ? 'redis' : tried;
    return answer;
  }

  return {
    /** Calls a script. @throws whatever kept Redis from answering. */
    call,
    /** What stands in a key. @throws as {@link call}. */
    read: async (key: string, signal: AbortSignal) => resultOf((await post([['GET', key]], signal))[0]),
  };
}

function resultOf(answer: Answer | undefined): unknown {
  if (answer === undefined) throw new Error('Redis left an answer out');
  if (answer.error !== undefined) throw new Error(`Redis answered ${answer.error}`);
  return answer.result;
}
