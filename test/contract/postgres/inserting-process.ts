import pg from 'pg';
import { startEmbeddedPostgres } from '../../../src/dev/postgres/index.ts';

/** Starts in a directory and inserts numbers until it is killed; prints `started`, then each number once it is acknowledged. */
const [dataDir = '', first = '0'] = process.argv.slice(2);
const server = await startEmbeddedPostgres({ dataDir, port: 0 });
await server.exec('CREATE TABLE IF NOT EXISTS numbers (n int PRIMARY KEY)');
const client = new pg.Client(server.url);
await client.connect();
process.stdout.write('started\n');
for (let n = Number(first); ; n += 1) {
  await client.query('INSERT INTO numbers VALUES ($1)', [n]);
  process.stdout.write(`${n}\n`);
}
