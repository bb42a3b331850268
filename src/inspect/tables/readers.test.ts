import { describe, expect, it } from 'vitest';
import { memoryRepository } from '../memory-repository.ts';
import type { Table } from '../model.ts';
import { findUsersTables } from '../users-table.ts';
import { readDrizzle } from './drizzle.ts';
import { readPrisma } from './prisma.ts';
import { readSqlTables } from './sql-scripts.ts';
import { readPythonTables } from './sqlalchemy.ts';
import { readTypeOrm } from './typeorm.ts';

const shape = (tables: readonly Table[]) =>
  tables.map(({ name, columns, primaryKey }) => ({
    name,
    columns: columns.map(
      (column) => `${column.name} ${column.kind}${column.references ? ` -> ${column.references.table}` : ''}`,
    ),
    primaryKey,
  }));

describe('Drizzle', () => {
  it('has tables in schemas, keys of several columns, and names that are those of the code', async () => {
    const code = `
      import { mysqlSchema, mysqlTable, primaryKey, varchar, boolean, mysqlEnum } from 'drizzle-orm/mysql-core';
      const auth = mysqlSchema('auth');
      export const people = auth.table('people', { id: varchar({ length: 36 }).primaryKey(), isPro: boolean().notNull() });
      export const stars = mysqlTable('stars', {
        person: varchar('person_id', { length: 36 }).references(() => people.id),
        kind: mysqlEnum('kind', ['a', 'b']),
      }, (table) => [primaryKey({ columns: [table.person, table.kind] })]);`;
    const tables = await readDrizzle(memoryRepository({ 'schema.ts': code }));
    expect(shape(tables)).toEqual([
      { name: 'auth.people', columns: ['id text', 'isPro boolean'], primaryKey: ['id'] },
      {
        name: 'stars',
        columns: ['person_id text -> auth.people', 'kind text'],
        primaryKey: ['person_id', 'kind'],
      },
    ]);
    expect(tables[1]).toMatchObject({ dialect: 'mysql', columns: [{}, { values: ['a', 'b'] }] });
  });
});

describe('Prisma', () => {
  it('has models in several files and schemas, and columns behind relations', async () => {
    const { tables, sources } = await readPrisma(
      memoryRepository({
        'prisma/schema/base.prisma': 'datasource db {\n  provider = "mysql"\n  url = env("PS_URL")\n}\n',
        'prisma/schema/user.prisma':
          'model User {\n  id Int @id\n  seen DateTime? @db.Timestamp(3)\n  stars Star[]\n  @@schema("auth")\n}\n',
        'prisma/schema/star.prisma':
          'model Star {\n  by Int\n  at Int\n  user User @relation(fields: [by], references: [id])\n  @@id([by, at])\n}\n',
      }),
    );
    expect(sources).toMatchObject([{ dialect: 'mysql', variable: 'PS_URL' }]);
    expect(shape(tables)).toEqual([
      { name: 'Star', columns: ['by number -> auth.User', 'at number'], primaryKey: ['by', 'at'] },
      { name: 'auth.User', columns: ['id number', 'seen time'], primaryKey: ['id'] },
    ]);
  });

  it('says of a database that loops cannot watch that it is another', async () => {
    const schema =
      'datasource db {\n  provider = "sqlite"\n  url = "file:dev.db"\n}\nmodel User {\n  id Int @id\n  email String\n}\n';
    const { tables } = await readPrisma(memoryRepository({ 'schema.prisma': schema }));
    expect(tables).toMatchObject([{ name: 'User', dialect: 'other' }]);
    expect(findUsersTables(tables)).toEqual([]);
  });

  it('tells of a schema that cannot be read, with the line', async () => {
    const { tables, problems } = await readPrisma(
      memoryRepository({ 'schema.prisma': 'model User {\n  id Int @id\n  email\n}\n' }),
    );
    expect(tables).toEqual([]);
    expect(problems).toMatchObject([{ file: 'schema.prisma', line: 3 }]);
  });
});

describe('TypeORM', () => {
  it('has names of the snake strategy, inherited columns, and nothing for the other side of a relation', async () => {
    const tables = await readTypeOrm(
      memoryRepository({
        'data-source.ts': "import { SnakeNamingStrategy } from 'typeorm-naming-strategies'; // typeorm",
        'base.ts':
          "import { PrimaryColumn } from 'typeorm'; export abstract class Base { @PrimaryColumn('uuid') id: string; }",
        'star.ts':
          "import { Entity, Column, ManyToOne, OneToMany } from 'typeorm';\n@Entity({ schema: 'app' }) export class StarSign extends Base { @Column() isBig: boolean; @ManyToOne(() => StarSign) nextSign: StarSign; @OneToMany(() => StarSign, (s) => s.nextSign) all: StarSign[]; }",
      }),
    );
    expect(shape(tables)).toEqual([
      {
        name: 'app.star_sign',
        columns: ['id uuid', 'is_big boolean', 'next_sign_id other -> app.star_sign'],
        primaryKey: ['id'],
      },
    ]);
  });
});

describe('SQLAlchemy and Alembic', () => {
  it('have tables without a class, and columns that a later migration adds', async () => {
    const tables = await readPythonTables(
      memoryRepository({
        '1.py':
          'import sqlalchemy as sa\nop.create_table("users", sa.Column("id", sa.Integer, primary_key=True),\n  sa.Column("email", sa.String), schema="app")\n',
        'core.py':
          "from sqlalchemy import Table\nstars = Table('stars', meta, Column('by', ForeignKey('app.users.id'), nullable=False), Column('at', DateTime))\n",
      }),
    );
    expect(shape(tables)).toEqual([
      { name: 'app.users', columns: ['id number', 'email text'], primaryKey: ['id'] },
      { name: 'stars', columns: ['by other -> app.users', 'at time'], primaryKey: [] },
    ]);
  });

  it('read nothing into what is no column', async () => {
    const code =
      'from sqlmodel import SQLModel, Field\nclass Star(SQLModel, table=True):\n    """A star: not = a column"""\n    __tablename__ = "stars"\n    model_config = ConfigDict(x=1)\n    id: int = Field(primary_key=True)\n    def size(self) -> int:\n        big: int = 3\n        return big\n';
    expect(shape(await readPythonTables(memoryRepository({ 'a.py': code })))).toEqual([
      { name: 'stars', columns: ['id number'], primaryKey: ['id'] },
    ]);
  });
});

describe('SQL in files and in code', () => {
  it('is read without the way back of a migration, and without what fills tables', async () => {
    const tables = await readSqlTables(
      memoryRepository({
        'db/1.sql': '-- migrate:up\nCREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE a;',
        'db/1.down.sql': 'DROP TABLE a;',
        'db/seed.sql': 'CREATE TABLE seeded (id int);',
        'src/x.js':
          "db.query('create table b (id int, x varchar(3) default (1))'); db.query('create table ' + name);",
      }),
      'postgres',
    );
    expect(tables.map(({ name, place }) => `${name} ${place.file}:${place.line}`)).toEqual([
      'a db/1.sql:2',
      'b src/x.js:1',
    ]);
  });
});
