import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { ConflictException, Injectable } from '@nestjs/common';
import { Database } from './database.ts';

export interface User {
  id: string;
  email: string;
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

@Injectable()
export class Users {
  constructor(private readonly database: Database) {}

  async signUp(email: string, name: string): Promise<{ id: string; token: string }> {
    const token = randomBytes(24).toString('base64url');
    const [user] = await this.database.query<User>(
      `INSERT INTO users (id, email, name, token_hash) VALUES ($1, $2, $3, $4)
       ON CONFLICT (email) DO NOTHING RETURNING id`,
      [randomUUID(), email, name, hashOf(token)],
    );
    if (user === undefined) throw new ConflictException('That address has an account.');
    return { id: user.id, token };
  }

  /** Whose token it is. Whoever shows it is active: Skene's loop reads when that was last so. */
  async arrive(token: string): Promise<User | undefined> {
    const [user] = await this.database.query<User>(
      'UPDATE users SET last_activity_at = now() WHERE token_hash = $1 RETURNING id, email',
      [hashOf(token)],
    );
    return user;
  }

  async record(user: User, name: string): Promise<void> {
    await this.database.query('INSERT INTO events (user_id, name) VALUES ($1, $2)', [user.id, name]);
  }
}
