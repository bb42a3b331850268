import mysql from 'mysql2/promise';
import pg from 'pg';

/** Tables of users and of what they did, in one dialect. */
export interface ActivityTables {
  run(sql: string): Promise<void>;
  /** Adds so many users, with so many events each in the last ninety days; every tenth has been away for the last thirty. */
  grow(users: number, eventsEach: number): Promise<void>;
  /** How the database would run a query; `analyse` runs it, too. */
  plan(sql: string, options?: { analyse: boolean }): Promise<string>;
  close(): Promise<void>;
}

/** What a database calls things. */
export interface ActivityDialect {
  connect(url: string): Promise<ActivityTables>;
  /** A time so many seconds ago. */
  ago(seconds: number): string;
  /** What its plan says where the users are read in order and their events by the index. */
  indexed: RegExp;
}

/** PostgreSQL. */
export const postgres: ActivityDialect = {
  async connect(url) {
    const client = new pg.Client(url);
    await client.connect();
    const run = async (sql: string) => void (await client.query(sql));
    await run('CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL)');
    await run(
      'CREATE TABLE events (user_id bigint NOT NULL, name text NOT NULL, created_at timestamptz NOT NULL)',
    );
    await run('CREATE INDEX events_of_user ON events (user_id, created_at)');
    return {
      run,
      async grow(users, eventsEach) {
        await run(
          `INSERT INTO users SELECT n, 'user' || n || '@example.com' FROM generate_series(1001, 1000 + ${users}) AS n`,
        );
        await run(`INSERT INTO events SELECT n, 'opened',
            now() - (CASE WHEN n % 10 = 0 THEN 30 + random() * 60 ELSE random() * 90 END) * interval '1 day'
          FROM generate_series(1, ${eventsEach}), generate_series(1001, 1000 + ${users}) AS n`);
        await run('VACUUM ANALYZE users, events');
      },
      async plan(sql, { analyse } = { analyse: false }) {
        const { rows } = await client.query(`EXPLAIN ${analyse ? '(ANALYZE, BUFFERS)' : ''} ${sql}`);
        return rows.map((row) => row['QUERY PLAN']).join('\n');
      },
      close: () => client.end(),
    };
  },
  ago: (seconds) => `now() - interval '${seconds} seconds'`,
  indexed: /Index Scan using users_pkey.*SubPlan.*Index Only Scan using events_of_user/s,
};

/** MariaDB. */
export const mariadb: ActivityDialect = {
  async connect(url) {
    const connection = await mysql.createConnection(url);
    const run = async (sql: string) => void (await connection.query(sql));
    await run('CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100) NOT NULL)');
    await run(`CREATE TABLE events (id bigint AUTO_INCREMENT PRIMARY KEY, user_id bigint NOT NULL, name varchar(50) NOT NULL,
      created_at datetime NOT NULL, KEY events_of_user (user_id, created_at))`);
    return {
      run,
      async grow(users, eventsEach) {
        await run(
          `INSERT INTO users SELECT seq, CONCAT('user', seq, '@example.com') FROM seq_1001_to_${1000 + users}`,
        );
        await run(`INSERT INTO events (user_id, name, created_at) SELECT person.seq, 'opened',
            NOW() - INTERVAL FLOOR(86400 * IF(person.seq % 10 = 0, 30 + RAND() * 60, RAND() * 90)) SECOND
          FROM seq_1_to_${eventsEach} AS time JOIN seq_1001_to_${1000 + users} AS person`);
        await connection.query('ANALYZE TABLE users, events');
      },
      async plan(sql, { analyse } = { analyse: false }) {
        const [rows] = await connection.query<mysql.RowDataPacket[]>(
          `${analyse ? 'ANALYZE' : 'EXPLAIN'} ${sql}`,
        );
        return rows.map((row) => Object.values(row).join(' | ')).join('\n');
      },
      close: () => connection.end(),
    };
  },
  ago: (seconds) => `NOW() - INTERVAL ${seconds} SECOND`,
  indexed:
    /PRIMARY \| person \| range \| PRIMARY .*DEPENDENT SUBQUERY \| action \| ref \|[^\n]*events_of_user[^\n]*Using index/s,
};
