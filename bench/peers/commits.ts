import pg from 'pg';

/** How to ask how many transactions a database has committed so far. */
export async function countCommits(url: string): Promise<() => Promise<number>> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  return async () => {
    const { rows } = await client.query(
      'SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(rows[0]?.xact_commit);
  };
}
