import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { EnvError } from '../errors/index.ts';

/** A server on loopback. */
export interface Listening {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** How many ports after the wanted one are tried before giving up. */
const PORTS_TRIED = 20;

/**
 * Serves a handler on loopback.
 * @param options.port the wanted port (0 for any); a busy one is passed over for the next unless `strict`.
 * @throws {EnvError} when no port could be had.
 */
export async function listen(
  handler: (request: Request) => Promise<Response>,
  options: { port: number; strict?: boolean },
): Promise<Listening> {
  const attempts = options.strict || options.port === 0 ? 1 : PORTS_TRIED;
  for (let offset = 0; offset < attempts; offset++) {
    const server = createServer(getRequestListener(handler, { overrideGlobalObjects: false }));
    if (await isListening(server, options.port === 0 ? 0 : options.port + offset)) return listening(server);
  }
  throw new EnvError('USAGE', `Port ${options.port} is taken.`, {
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

function listening(server: Server): Listening {
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
