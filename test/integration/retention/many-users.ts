import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { hasMariadb, startMariadbServer } from '../../servers/mariadb.ts';
import { hasPostgres, startPostgres } from '../../servers/postgres.ts';

const seed = fileURLToPath(
  new URL('../../fixtures/seeds/nestjs-postgres-stripe.skene.config.ts', import.meta.url),
);

/** A database of many users, one in ten of whom has been away for more than a week. */
export interface ManyUsers {
  url: string;
  close(): Promise<void>;
}

/** A server that can hold them, and the loop of the NestJS seed as its dialect has it. */
export interface ManyUsersServer {
  isThere(what: string): boolean;
  start(users: number): Promise<ManyUsers>;
  /** The file of the loop. @param folder where one is written that is not the seed itself. */
  configIn(folder: string): string;
}

const postgres: ManyUsersServer = {
  isThere: hasPostgres,
  configIn: () => seed,
  async start(users) {
    const server = await startPostgres();
    const url = await server.createDatabase();
    const client = new pg.Client(url);
    await client.connect();
    await client.query(`CREATE TABLE users (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, name text,
      last_activity_at timestamptz, re_engagement_sent boolean NOT NULL DEFAULT false)`);
    await client.query(
      `INSERT INTO users (email, name, last_activity_at)
       SELECT 'user' || n || '@example.com', 'User ' || n, now() - make_interval(days => CASE WHEN n % 10 = 0 THEN 30 ELSE 1 END)
       FROM generate_series(1, $1::int) AS n`,
      [users],
    );
    await client.query('ANALYZE users');
    await client.end();
    return { url, close: server.close };
  },
};

const mariadb: ManyUsersServer = {
  isThere: hasMariadb,
  configIn(folder) {
    const file = join(folder, 'skene.config.ts');
    const text = readFileSync(seed, 'utf8').replace("INTERVAL '7 days'", 'INTERVAL 7 DAY');
    writeFileSync(
      file,
      text
        .replace("import { defineLoop } from '@skene/sdk';", '')
        .replace('defineLoop({', "{ database: { provider: 'mysql' }, loops: [{ id: 'retention',")
        .replace(/\}\);\s*$/, '}] };'),
    );
    return file;
  },
  async start(users) {
    const server = await startMariadbServer();
    const url = await server.createDatabase();
    const client = await mysql.createConnection(url);
    await client.query(`CREATE TABLE users (
      id bigint AUTO_INCREMENT PRIMARY KEY, email varchar(200) NOT NULL, name varchar(200),
      last_activity_at timestamp NULL, re_engagement_sent boolean NOT NULL DEFAULT false)`);
    await client.query(
      `INSERT INTO users (email, name, last_activity_at)
       SELECT CONCAT('user', seq, '@example.com'), CONCAT('User ', seq), NOW() - INTERVAL IF(seq % 10 = 0, 30, 1) DAY
       FROM seq_1_to_${Math.trunc(users)}`,
    );
    await client.query('ANALYZE TABLE users');
    await client.end();
    return { url, close: server.stop };
  },
};

export const MANY_USERS: Readonly<Record<string, ManyUsersServer>> = {
  PostgreSQL: postgres,
  MariaDB: mariadb,
};
