import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { listenOnPort } from './listen-on-port.ts';

/** A server on loopback. */
export interface Listening {
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Serves a handler on loopback.
 * @param options.port the wanted port (0 for any); a busy one is passed over for the next unless `strict`.
 * @throws {EnvError} when no port could be had.
 */
export async function listen(
  handler: (request: Request) => Promise<Response>,
  options: { port: number; strict?: boolean },
): Promise<Listening> {
  const listener = getRequestListener(handler, { overrideGlobalObjects: false });
  const { server, port } = await listenOnPort(() => createServer(listener), options);
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
