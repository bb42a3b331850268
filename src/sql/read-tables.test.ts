import { describe, expect, it } from 'vitest';
import type { DeclaredTable } from './declared.ts';
import { readTables } from './read-tables.ts';
import type { Dialect } from './tokens.ts';

const read = (sql: string, dialect: Dialect = 'postgres'): DeclaredTable[] =>
  readTables([{ sql, dialect, file: 'schema.sql' }]);

const columnsOf = (table: DeclaredTable | undefined) => table?.columns.map(({ name, type }) => [name, type]);

describe('the tables of a PostgreSQL schema', () => {
  it('have their columns with types, keys and the line they are on', () => {
    const [users] = read(`
      -- people
      CREATE TABLE IF NOT EXISTS public.users (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        email character varying(255) NOT NULL UNIQUE,
        score numeric(10, 2) CHECK (score > 0),
        seen_at timestamp (3) with time zone
      );`);
    expect(users).toMatchObject({ name: 'users', line: 3, primaryKey: ['id'] });
    expect(columnsOf(users)).toEqual([
      ['id', 'uuid'],
      ['email', 'character varying(255)'],
      ['score', 'numeric(10,2)'],
      ['seen_at', 'timestamp(3) with time zone'],
    ]);
    expect(users?.columns.map(({ nullable, line }) => [nullable, line])).toEqual([
      [false, 4],
      [false, 5],
      [true, 6],
      [true, 7],
    ]);
  });

  it('are read where a parser gives up: identity columns, partitions, exclusions, functions between them', () => {
    const tables = read(`
      CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN; CREATE TABLE hidden (id int); END $$ LANGUAGE plpgsql;
      CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, by_user uuid REFERENCES users);
      CREATE TABLE b (id int, at timestamptz, EXCLUDE USING gist (at WITH =)) PARTITION BY RANGE (at);
      CREATE TABLE c (id uuid REFERENCES auth.users ON DELETE CASCADE NOT NULL PRIMARY KEY);`);
    expect(tables.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(tables[0]?.columns[1]?.references).toEqual({ table: 'users', column: undefined });
    expect(columnsOf(tables[1])).toHaveLength(2);
    expect(tables[2]).toMatchObject({
      primaryKey: ['id'],
      columns: [{ references: { table: 'auth.users' } }],
    });
  });

  it('keep the capitals of quoted names and fold the others', () => {
    const [user] = read('CREATE TABLE "User" ("createdAt" timestamp, LastSeen timestamp);');
    expect(user?.name).toBe('User');
    expect(columnsOf(user)).toEqual([
      ['createdAt', 'timestamp'],
      ['lastseen', 'timestamp'],
    ]);
  });

  it('follow what later migrations change', () => {
    const tables = read(`
      CREATE TYPE kind AS ENUM ('a', 'b''s');
      CREATE TABLE "Post" ("id" TEXT NOT NULL, "authorId" TEXT, old int, CONSTRAINT "Post_pkey" PRIMARY KEY ("id"));
      CREATE TABLE gone (id int);
      CREATE TABLE before (id int);
      ALTER TABLE "Post" ADD COLUMN kind "public"."kind" NOT NULL, DROP COLUMN old, RENAME COLUMN "authorId" TO author_id;
      ALTER TABLE ONLY public."Post" ADD CONSTRAINT fk FOREIGN KEY (author_id) REFERENCES "User"("id") ON DELETE CASCADE;
      ALTER TABLE before RENAME TO after;
      DROP TABLE IF EXISTS gone;`);
    expect(tables.map(({ name }) => name)).toEqual(['Post', 'after']);
    expect(tables[0]).toMatchObject({
      primaryKey: ['id'],
      columns: [
        { name: 'id' },
        { name: 'author_id', references: { table: 'User', column: 'id' } },
        { name: 'kind', values: ['a', "b's"] },
      ],
    });
  });

  it('are known by the schema they are in, unless it is public', () => {
    const tables = read('CREATE TABLE app.users (id int); CREATE TABLE public.posts (id int);');
    expect(tables.map(({ name }) => name)).toEqual(['app.users', 'posts']);
  });
});

describe('the tables of a MySQL schema', () => {
  it('have no indexes among their columns, and columns that are called like one', () => {
    const [table] = read(
      "CREATE TABLE `Item` (`id` bigint unsigned AUTO_INCREMENT, `key` varchar(64), state enum('on','off') DEFAULT 'on', PRIMARY KEY (`id`), KEY (`key`), UNIQUE INDEX `u`(`key`(10)), FULLTEXT KEY f (`key`)) ENGINE=InnoDB;",
      'mysql',
    );
    expect(columnsOf(table)).toEqual([
      ['id', 'bigint unsigned'],
      ['key', 'varchar(64)'],
      ['state', "enum('on','off')"],
    ]);
    expect(table?.columns[2]?.values).toEqual(['on', 'off']);
    expect(table?.primaryKey).toEqual(['id']);
  });

  it('have an unquoted column called key', () => {
    expect(columnsOf(read('CREATE TABLE t (id int, key varchar(10), KEY k (id));', 'mysql')[0])).toEqual([
      ['id', 'int'],
      ['key', 'varchar(10)'],
    ]);
  });
});
