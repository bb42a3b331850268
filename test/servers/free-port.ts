import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of loopback that nothing listened on a moment ago: for servers whose address has to be known before they start. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}
