import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { listenOnPort } from '../listen-on-port.ts';
import type { Backend } from './backend.ts';
import { type SessionKeys, serveClient } from './client.ts';

/** A server of PostgreSQL's protocol. */
export interface WireServer {
  port: number;
  /** Talks with a client of this process, as with one that has connected. */
  serve(stream: Duplex): void;
  close(): Promise<void>;
}

/**
 * Serves a backend on loopback.
 * @param port the wanted one (0 for any); a busy one is passed over for the next.
 * @throws {EnvError} when no port could be had.
 */
export async function serveWire(backend: Backend, port: number): Promise<WireServer> {
  const keys: SessionKeys = new Map();
  const streams = new Set<Duplex>();
  const endings = new Set<Promise<void>>();

  function serve(stream: Duplex): void {
    streams.add(stream);
    const ending = serveClient(backend, stream, keys).finally(() => {
      streams.delete(stream);
      endings.delete(ending);
    });
    endings.add(ending);
  }

  const listening = await listenOnPort(() => createServer({ noDelay: true }, serve), { port });
  return {
    port: listening.port,
    serve,
    async close() {
      const closed = new Promise((resolve) => listening.server.close(resolve));
      for (const stream of streams) stream.destroy();
      await Promise.all([closed, ...endings]);
    },
  };
}
