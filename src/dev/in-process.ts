type Handler = (request: Request) => Promise<Response>;

/** Who answers for an origin, such as `http://127.0.0.1:8080`, within this process. */
const handlers = new Map<string, Handler>();
let socketFetch: typeof fetch | undefined;

/**
 * Answers what this process fetches from `origin` without a socket: the functions of the local stack and its QStash and Redis call each
 * other several times in a run, and a socket costs each call more than all the rest of it. Who asks from another process is answered
 * on the port as before. Redirects are handed out, not followed. Returns what undoes it.
 */
export function answerInProcess(origin: string, handler: Handler): () => void {
  if (handlers.size === 0) {
    socketFetch = globalThis.fetch;
    globalThis.fetch = fetchInProcess;
  }
  handlers.set(origin, handler);
  return () => {
    if (handlers.get(origin) !== handler) return;
    handlers.delete(origin);
    // Whoever put another `fetch` in place since then calls ours, which goes on to the socket.
    if (handlers.size === 0 && globalThis.fetch === fetchInProcess && socketFetch !== undefined)
      globalThis.fetch = socketFetch;
  };
}

const fetchInProcess: typeof fetch = (input, init) => {
  const handler = handlers.get(originOf(addressOf(input)));
  if (handler !== undefined) return answer(handler, new Request(input, init));
  return (socketFetch ?? fetch)(input, init);
};

function addressOf(input: Parameters<typeof fetch>[0]): string {
  if (typeof input === 'string') return input;
  return input instanceof URL ? input.href : input.url;
}

/** Everything before the path. An address written otherwise (in capitals, say) finds nobody, and goes by its socket. */
function originOf(address: string): string {
  const end = address.indexOf('/', address.indexOf('//') + 2);
  return end < 0 ? address : address.slice(0, end);
}

/** As a socket would: whoever gives up is told at once, though the work goes on. */
async function answer(handler: Handler, request: Request): Promise<Response> {
  const { signal } = request;
  signal.throwIfAborted();
  const answered = handler(request);
  let giveUp: (() => void) | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
  });
  return Promise.race([answered, givenUp]).finally(() => {
    if (giveUp !== undefined) signal.removeEventListener('abort', giveUp);
  });
}
