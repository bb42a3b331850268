import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/dev/postgres/index.ts';

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startEmbeddedPostgres({ port: 0 });
});
afterAll(() => server?.close());

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
function message(type: string, body: Buffer | string): Buffer {
  return Buffer.concat([Buffer.from(type), int32(Buffer.byteLength(body) + 4), Buffer.from(body)]);
}
const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0');
const start = Buffer.concat([int32(8 + parameters.length), int32(0x30000), parameters]);

/** Sends bytes and a goodbye, and gives what came back until the server hung up. */
async function send(...parts: Buffer[]): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(Buffer.concat([...parts, message('X', '')]));
  return (await buffer(socket)).toString('latin1');
}

/** Sends bytes and hangs up. */
async function throwAt(...parts: Buffer[]): Promise<void> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {}).end(Buffer.concat(parts));
  socket.resume();
  await once(socket, 'close');
}

const lives = async (): Promise<void> => expect(await server.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);

describe('bytes that are no PostgreSQL', () => {
  it.each<[string, Buffer[], RegExp]>([
    ['HTTP', [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')], /08P01/],
    ['a first packet of two gigabytes', [int32(0x7fffffff), int32(0x30000)], /08P01/],
    ['a first packet of no length', [int32(0), int32(0x30000)], /08P01/],
    ['version 2', [int32(8), int32(0x20000)], /08P01/],
    ['a message of two gigabytes', [start, Buffer.from('Q'), int32(0x7fffffff)], /08P01/],
    ['a message of negative length', [start, Buffer.from('Q'), int32(-1)], /08P01/],
    ['a message of unknown type', [start, message('!', 'x')], /08P01/],
    ['a query without its end', [start, message('Q', 'SELECT 1')], /08P01|22021/],
    ['a query that is not UTF-8', [start, message('Q', Buffer.from([0xff, 0xfe, 0]))], /22021/],
    ['a Bind of nonsense', [start, message('B', randomBytes(50)), message('S', '')], /C[0-9A-Z]{5}/],
    [
      'rows without a COPY',
      [start, message('d', 'x'), message('c', ''), message('Q', 'SELECT 41 + 1\0')],
      /42/,
    ],
  ])('%s are answered with an error at most', async (_, parts, answer) => {
    expect(await send(...parts)).toMatch(answer);
    await lives();
  });

  it('at random, before and after the start, do no harm', async () => {
    for (let round = 0; round < 50; round += 1) {
      const noise = randomBytes(1 + Math.floor(Math.random() * 2_000));
      await throwAt(noise);
      await throwAt(start, noise);
      const type = 'QPBDECHFdcfS'.charAt(round % 12);
      await throwAt(start, message(type, noise), message('S', ''));
    }
    await lives();
  }, 30_000);

  it('after a request for encryption do no harm, which is declined', async () => {
    for (const request of [80877103, 80877104]) {
      expect(await send(int32(8), int32(request), start)).toMatch(/^NR/);
    }
    await lives();
  });

  it('that ask to cancel with an unknown key do nothing', async () => {
    expect(await send(int32(16), int32(80877102), int32(1), int32(2))).toBe('');
    await lives();
  });

  it('one by one are put together', async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true });
    const answer = buffer(socket);
    for (const byte of Buffer.concat([start, message('Q', "SELECT 'to' || 'gether'\0"), message('X', '')])) {
      socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    expect((await answer).toString('latin1')).toContain('together');
  });
});

it('a later minor version is negotiated down', async () => {
  const later = Buffer.concat([int32(8 + parameters.length), int32(0x30002), parameters]);
  expect(await send(later)).toMatch(/^v/);
});

it('stops while clients are connected, listening, waiting and in a transaction', async () => {
  const own = await startEmbeddedPostgres({ port: 0 });
  const clients = Array.from({ length: 3 }, () => new pg.Client(own.url));
  const ends = clients.map(async (client) => {
    client.on('error', () => {});
    await client.connect();
  });
  await Promise.all(ends);
  await clients[0]?.query('LISTEN x');
  await clients[1]?.query('BEGIN');
  const waiting = expect(clients[2]?.query('SELECT 1')).rejects.toThrow();
  await own.close();
  await waiting;
  await expect(new pg.Client(own.url).connect()).rejects.toThrow();
});
