import { describe, expect, it } from 'vitest';
import { mysqlToPostgres } from './mysql-to-postgres.ts';

const names = ['users', 'lastActivityAt', 'verified', 'id', 'count'];

describe('a query of MySQL as PostgreSQL has it', () => {
  it.each([
    [
      'SELECT * FROM users WHERE lastactivityat < NOW() - INTERVAL 7 DAY AND verified = false',
      `SELECT * FROM "users" WHERE "lastActivityAt" < NOW() - INTERVAL '7 day' AND "verified" = false`,
    ],
    [
      'SELECT u.`ID` FROM `users` u WHERE DATE_SUB(NOW(),INTERVAL 1 MONTH)>u.LastActivityAt',
      `SELECT u."id" FROM "users" u WHERE DATE_SUB(NOW(),INTERVAL '1 month')>u."lastActivityAt"`,
    ],
    [
      'SELECT COUNT(*) AS n FROM users WHERE name = "it\'s"',
      `SELECT COUNT(*) AS n FROM "users" WHERE name = 'it''s'`,
    ],
    [
      'SELECT IFNULL(id, 0) FROM users # all\nWHERE id = $1',
      'SELECT COALESCE("id", 0) FROM "users" WHERE "id" = $1',
    ],
    ['SELECT 1 WHERE \'INTERVAL 7 DAY\' = "users"', "SELECT 1 WHERE 'INTERVAL 7 DAY' = 'users'"],
  ])('%s', (mysql, postgres) => {
    expect(mysqlToPostgres(mysql, names).replaceAll(/ +/g, ' ')).toBe(postgres);
  });
});
