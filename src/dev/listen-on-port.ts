import type { AddressInfo, Server } from 'node:net';
import { EnvError } from '../errors/index.ts';

/** How many ports after the wanted one are tried before giving up. */
const PORTS_TRIED = 20;

/**
 * Lets a server listen on loopback.
 * @param create makes the server; again for each port that is tried.
 * @param wanted `port` is the wanted one (0 for any); a busy one is passed over for the next unless `strict`.
 * @returns the server, and the port that it listens on.
 * @throws {EnvError} when no port could be had.
 */
export async function listenOnPort<S extends Server>(
  create: () => S,
  { port, strict = false }: { port: number; strict?: boolean | undefined },
): Promise<{ server: S; port: number }> {
  const attempts = strict || port === 0 ? 1 : PORTS_TRIED;
  for (let offset = 0; offset < attempts; offset++) {
    const server = create();
    if (!(await isListening(server, port + offset))) continue;
    return { server, port: (server.address() as AddressInfo).port };
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
