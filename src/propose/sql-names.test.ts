import { describe, expect, it } from 'vitest';
import { sqlName } from './sql-names.ts';

describe('a name in SQL', () => {
  it.each([
    ['users', 'users', 'users'],
    ['user', '"user"', '`user`'],
    ['Order', '"Order"', '`Order`'],
    ['userId', '"userId"', 'userId'],
    ['auth.users', 'auth.users', 'auth.users'],
    ['app.User', 'app."User"', 'app.`User`'],
    ['2fa', '"2fa"', '`2fa`'],
    ['a"b`c', '"a""b`c"', '`a"b``c`'],
  ])('%s is quoted where the database would not take it as it is', (name, postgres, mysql) => {
    expect([sqlName(name, 'postgres'), sqlName(name, 'mysql')]).toEqual([postgres, mysql]);
  });
});
