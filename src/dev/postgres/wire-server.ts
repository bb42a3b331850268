import { createServer, type Socket } from 'node:net';
import { listenOnPort } from '../listen-on-port.ts';
import type { Backend } from './backend.ts';
import { type SessionKeys, serveClient } from './client.ts';

/** A server of PostgreSQL's protocol. */
export interface WireServer {
  port: number;
  close(): Promise<void>;
}

/**
 * Serves a backend on loopback.
 * @param port the wanted one (0 for any); a busy one is passed over for the next.
 * @throws {EnvError} when no port could be had.
 */
export async function serveWire(backend: Backend, port: number): Promise<WireServer> {
  const keys: SessionKeys = new Map();
  const sockets = new Set<Socket>();
  const endings = new Set<Promise<void>>();

  function connect(socket: Socket): void {
    sockets.add(socket);
    const ending = serveClient(backend, socket, keys).finally(() => {
      sockets.delete(socket);
      endings.delete(ending);
    });
    endings.add(ending);
  }

  const listening = await listenOnPort(() => createServer({ noDelay: true }, connect), { port });
  return {
    port: listening.port,
    async close() {
      const closed = new Promise((resolve) => listening.server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await Promise.all([closed, ...endings]);
    },
  };
}
