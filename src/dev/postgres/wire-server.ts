import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { EnvError } from '../../errors/index.ts';
import type { Backend } from './backend.ts';
import { type SessionKeys, serveClient } from './client.ts';

/** A server of PostgreSQL's protocol. */
export interface WireServer {
  port: number;
  close(): Promise<void>;
}

/** How many ports after the wanted one are tried before giving up. */
const PORTS_TRIED = 20;

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

  for (let offset = 0; offset < (port === 0 ? 1 : PORTS_TRIED); offset++) {
    const server = createServer({ noDelay: true }, connect);
    if (!(await isListening(server, port === 0 ? 0 : port + offset))) continue;
    return {
      port: (server.address() as AddressInfo).port,
      async close() {
        const closed = new Promise((resolve) => server.close(resolve));
        for (const socket of sockets) socket.destroy();
        await Promise.all([closed, ...endings]);
      },
    };
  }
  throw new EnvError('USAGE', `Port ${port} is taken.`, {
    hint: 'Stop what uses it, or choose another with the port options of `skene dev`.',
  });
}

function isListening(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
}
