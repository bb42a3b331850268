import { type Duplex, duplexPair } from 'node:stream';
import type pg from 'pg';

/** Does one piece of work with a client that has a session of its own, as the connection string says. @throws {pg.DatabaseError} */
export type WithClient = <T>(url: string, work: (client: pg.Client) => Promise<T>) => Promise<T>;

/**
 * Clients of a server in this process, which they reach without a socket: a connection for each query would cost more than the query.
 * @param serve talks with whoever is at the other end of a stream.
 */
export function createOwnClients(serve: (stream: Duplex) => void): WithClient {
  return async (url, work) => {
    const { default: library } = await import('pg');
    const client = new library.Client({ connectionString: url, stream: () => connectTo(serve) });
    // A connection that breaks fails the query that waits; unheard, its error would end the process.
    client.on('error', () => {});
    try {
      await client.connect();
      return await work(client);
    } finally {
      await client.end().catch(() => {});
    }
  };
}

/** A stream with what `pg` calls of a socket. */
function connectTo(serve: (stream: Duplex) => void): Duplex {
  const [near, far] = duplexPair({ allowHalfOpen: false });
  near.once('close', () => far.destroy());
  far.once('close', () => near.destroy());
  const socket = Object.assign(near, {
    connect: () => queueMicrotask(() => socket.emit('connect')),
    setNoDelay: () => socket,
    setKeepAlive: () => socket,
    ref: () => socket,
    unref: () => socket,
  });
  serve(far);
  return socket;
}
