import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { CableFault } from './faults.ts';

/** What lies between one process of the functions and the database: real sockets, on which things go wrong. */
export interface Cable {
  /** The database's address, through the cable. */
  url: string;
  /** Cuts all connections for good, as the end of the process does. */
  cut(): void;
}

/** How long the server has to do what it was told, and how long something stalls, in ms. */
const AFTER_MS = 15;

/** How one of PostgreSQL's messages looks that ends a connection. @see https://www.postgresql.org/docs/current/protocol-error-fields.html */
function fatal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/**
 * Lays a cable.
 * @param draw says what goes wrong with a connection (`connection 3`), or with what is sent on it (`connection 3 message 2`).
 * @param kill ends the process.
 */
export async function layCable(
  databaseUrl: string,
  { draw, kill }: { draw: (place: string) => CableFault | undefined; kill: () => void },
): Promise<Cable> {
  const address = new URL(databaseUrl);
  const target = { port: Number(address.port), host: address.hostname };
  const sockets = new Set<Socket>();
  let connections = 0;

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    return socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  }

  const server = createServer((socket) => {
    const client = keep(socket);
    connections += 1;
    const name = `connection ${connections}`;
    const first = draw(name);
    if (first === 'refused') return void client.resetAndDestroy();
    if (first === 'too many connections')
      return void client.end(fatal('53300', 'sorry, too many clients already'));
    const upstream = keep(connect(target));
    const both = (): void => {
      client.destroy();
      upstream.destroy();
    };
    let isMuted = false;
    let messages = 0;
    let last = Promise.resolve();
    upstream.on('data', (data) => void (isMuted || client.write(data)));
    for (const one of [client, upstream]) one.on('close', both);

    async function pass(data: Buffer): Promise<void> {
      messages += 1;
      const fault = draw(`${name} message ${messages}`);
      switch (fault) {
        case 'cut before':
          return both();
        case 'shutdown':
          client.end(fatal('57P01', 'terminating connection due to administrator command'));
          return void upstream.destroy();
        case 'cut after':
        case 'killed after':
          isMuted = true;
          upstream.write(data);
          await pause(AFTER_MS);
          if (fault === 'killed after') kill();
          return both();
        case 'killed before':
          return kill();
        case 'stall':
          await pause(AFTER_MS);
          break;
        default:
      }
      upstream.write(data);
    }
    client.on('data', (data) => {
      last = last.then(() => pass(data));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address.port = String((server.address() as AddressInfo).port);
  return {
    url: address.href,
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
