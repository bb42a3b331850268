import { connect } from '@planetscale/database';

const database = () => connect({ url: process.env.DATABASE_URL });

/** Keeps a new user of Clerk. Told twice, it is the same row. */
export async function keepUser({ id, email, name }: { id: string; email: string; name: string }) {
  await database().execute('INSERT IGNORE INTO users (id, email, name) VALUES (?, ?, ?)', [id, email, name]);
}

export async function nameOf(userId: string): Promise<string | undefined> {
  const { rows } = await database().execute<{ name: string }>('SELECT name FROM users WHERE id = ?', [
    userId,
  ]);
  return rows[0]?.name;
}
