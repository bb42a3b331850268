import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Pool } from 'pg';

@Injectable()
export class Database implements OnModuleDestroy {
  readonly #pool = new Pool({ connectionString: process.env.DATABASE_URL });

  async query<TRow>(sql: string, values: unknown[]): Promise<TRow[]> {
    return (await this.#pool.query(sql, values)).rows as TRow[];
  }

  onModuleDestroy(): Promise<void> {
    return this.#pool.end();
  }
}
