import { randomBytes, randomUUID, scryptSync, timingSafeEqual } from 'node:crypto';
import { connect } from '@planetscale/database';

export interface User {
  id: string;
  email: string;
  name: string;
}

const database = () => connect({ url: process.env.DATABASE_URL });

/** Makes an account. Skene polls `users`, and sees the row. Throws when the address has one. */
export async function createUser({ email, name, password }: Omit<User, 'id'> & { password: string }) {
  await database().execute(
    'INSERT INTO users (id, email, name, password_hash, activation_link) VALUES (?, ?, ?, ?, ?)',
    [randomUUID(), email, name, hash(password), `${process.env.APP_URL}/`],
  );
}

/** The user with this address and password, or `null`. */
export async function findUser(email: string, password: string): Promise<User | null> {
  const { rows } = await database().execute<User & { password_hash: string }>(
    'SELECT id, email, name, password_hash FROM users WHERE email = ?',
    [email],
  );
  const [user] = rows;
  if (user === undefined || !isSame(password, user.password_hash)) return null;
  return { id: user.id, email: user.email, name: user.name };
}

/** Creates a project. A user's first one is the key action, which the loop finds in `user_actions`. */
export async function createProject(userId: string, name: string): Promise<void> {
  await database().transaction(async (transaction) => {
    await transaction.execute('INSERT INTO projects (id, user_id, name) VALUES (?, ?, ?)', [
      randomUUID(),
      userId,
      name,
    ]);
    await transaction.execute(
      "INSERT IGNORE INTO user_actions (user_id, action_type) VALUES (?, 'first_project_created')",
      [userId],
    );
  });
}

export async function projectsOf(userId: string): Promise<Array<{ id: string; name: string }>> {
  const { rows } = await database().execute<{ id: string; name: string }>(
    'SELECT id, name FROM projects WHERE user_id = ? ORDER BY created_at',
    [userId],
  );
  return rows;
}

function hash(password: string, salt = randomBytes(16)): string {
  return `${salt.toString('base64')}.${scryptSync(password, salt, 32).toString('base64')}`;
}

function isSame(password: string, stored: string): boolean {
  const salt = Buffer.from(stored.split('.')[0] ?? '', 'base64');
  return timingSafeEqual(Buffer.from(hash(password, salt)), Buffer.from(stored));
}
