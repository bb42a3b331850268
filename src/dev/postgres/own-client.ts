import type pg from 'pg';

/** Connects a client to our own server, for one piece of work that needs a session of its own. @throws {pg.DatabaseError} */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { default: library } = await import('pg');
  const client = new library.Client(url);
  // A connection that breaks fails the query that waits; unheard, its error would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
