import type { Database } from '../databases/index.ts';
import { ProviderError } from '../errors/index.ts';

/** What can be away while a function is called: the function itself, or what it asks. */
export const AWAY = ['functions', 'redis', 'database', 'stripe'] as const;
/** One of them. */
export type Away = (typeof AWAY)[number];

type Handler = (request: Request) => Promise<Response>;

/** What is going to be away, for the next calls of functions. */
export interface Outages {
  /** The next `times` calls of a function find it away; those of the dashboard and of health do not count. */
  add(service: Away, times: number): void;
  /** How many calls are still going to find it away. */
  left(service: Away): number;
  clear(): void;
  /** Puts a function behind this. */
  around(functions: Handler): Handler;
  /** Puts what the functions ask over HTTP behind this. */
  before(service: 'redis' | 'stripe', handler: Handler): Handler;
  /** The same database, which does not answer while it is away. */
  beforeDatabase(database: Database): Database;
}

/** What only looks: it is not what somebody wants to see fail. */
const LOOKS = /\/(?:dashboard|health)$/;

/** Creates outages, none of them to come yet. */
export function createOutages(): Outages {
  const coming: Record<Away, number> = { functions: 0, redis: 0, database: 0, stripe: 0 };
  /** In how many calls under way it is away. */
  const during: Record<Away, number> = { functions: 0, redis: 0, database: 0, stripe: 0 };

  async function call(functions: Handler, request: Request, away: readonly Away[]): Promise<Response> {
    for (const service of away) during[service] += 1;
    try {
      return await functions(request);
    } finally {
      for (const service of away) during[service] -= 1;
    }
  }

  return {
    add(service, times) {
      coming[service] += times;
    },
    left: (service) => coming[service],
    clear() {
      for (const service of AWAY) coming[service] = 0;
    },
    around: (functions) => async (request) => {
      if (LOOKS.test(new URL(request.url).pathname)) return functions(request);
      const away = AWAY.filter((service) => coming[service] > 0);
      for (const service of away) coming[service] -= 1;
      if (away.includes('functions'))
        return new Response('The functions were told to fail.', { status: 500 });
      return call(functions, request, away);
    },
    before: (service, handler) => async (request) =>
      during[service] > 0
        ? Response.json({ error: `The local ${service} was told to be away.` }, { status: 503 })
        : handler(request),
    beforeDatabase: (database) =>
      new Proxy(database, {
        get(target, name, receiver) {
          const member: unknown = Reflect.get(target, name, receiver);
          if (typeof member !== 'function' || name === 'close') return member;
          return (...args: unknown[]) =>
            during.database === 0
              ? Reflect.apply(member, target, args)
              : Promise.reject(
                  new ProviderError('PROVIDER_UNAVAILABLE', 'The database was told to be away.'),
                );
        },
      }),
  };
}
