import { describe, expect, it } from 'vitest';
import { readTables } from '../sql/index.ts';
import { memoryRepository } from './memory-repository.ts';
import { findRelatedTables } from './related-tables.ts';
import { readSqlTables } from './tables/sql-scripts.ts';
import { findUsersTables } from './users-table.ts';

async function usersOf(sql: string) {
  const tables = await readSqlTables(memoryRepository({ 'schema.sql': sql }), 'postgres');
  expect(tables).toHaveLength(readTables([{ sql, dialect: 'postgres', file: 'schema.sql' }]).length);
  const users = findUsersTables(tables);
  const [best] = users;
  return { users, related: best && findRelatedTables(best, tables) };
}

describe('the table of users', () => {
  it('is the one that is called so and has an address, before any other with one', async () => {
    const { users } = await usersOf(`
      CREATE TABLE contacts (id int PRIMARY KEY, email text);
      CREATE TABLE users (id int PRIMARY KEY, email_address text NOT NULL, display_name text, last_seen_at timestamptz,
        winback_sent boolean, onboarding_url text);
      CREATE TABLE user_settings (user_id int REFERENCES users, theme text);`);
    expect(users.map(({ table, confidence }) => [table.name, confidence])).toEqual([
      ['users', 'certain'],
      ['contacts', 'possible'],
    ]);
    expect(users[0]).toMatchObject({
      email: { name: 'email_address' },
      name: { name: 'display_name' },
      lastActivity: { name: 'last_seen_at' },
      mailedFlag: { name: 'winback_sent' },
      link: { name: 'onboarding_url' },
    });
  });

  it('is never one without an address: nobody could be written to', async () => {
    const { users } = await usersOf('CREATE TABLE users (id int PRIMARY KEY, phone text);');
    expect(users).toEqual([]);
  });

  it('is one that a config can name', async () => {
    const { users } = await usersOf(
      'CREATE TABLE "my users" (id int PRIMARY KEY, email text); CREATE TABLE x (u int REFERENCES "my users");',
    );
    expect(users).toEqual([]);
  });

  it('may be called anything that other tables point at', async () => {
    const { users } = await usersOf(`
      CREATE TABLE pilots (callsign text PRIMARY KEY, email text);
      CREATE TABLE flights (id int PRIMARY KEY, pilot text REFERENCES pilots);`);
    expect(users[0]).toMatchObject({ table: { name: 'pilots' }, id: 'callsign', confidence: 'possible' });
  });
});

describe('the tables around the users', () => {
  it('are found where one script shows its dialect and another does not', async () => {
    const tables = await readSqlTables(
      memoryRepository({
        'a.sql': 'CREATE TABLE users (id int PRIMARY KEY, email text);',
        'b.sql': 'CREATE TABLE boards (id uuid PRIMARY KEY, owner_id int REFERENCES users);',
      }),
      undefined,
    );
    expect(tables.map(({ dialect }) => dialect)).toEqual([undefined, 'postgres']);
    const [users] = findUsersTables(tables);
    expect(users && findRelatedTables(users, tables).keyActions).toMatchObject([
      { table: { name: 'boards' } },
    ]);
  });

  it('are sorted by what they are for, and bookkeeping is no key action', async () => {
    const { related } = await usersOf(`
      CREATE TABLE users (id int PRIMARY KEY, email text);
      CREATE TABLE sessions (id int PRIMARY KEY, user_id int REFERENCES users);
      CREATE TABLE password_resets (id int PRIMARY KEY, user_id int REFERENCES users);
      CREATE TABLE api_usage (subject int, used int);
      CREATE TABLE subscriptions (id int PRIMARY KEY, user_id int REFERENCES users, plan text);
      CREATE TABLE documents (id int PRIMARY KEY, author_id int REFERENCES users, reviewer int REFERENCES users);
      CREATE TABLE countries (id int PRIMARY KEY, name text);
      CREATE TABLE user_events (id int PRIMARY KEY, user_id int REFERENCES users, event_name text, occurred_at timestamptz);`);
    expect(
      related?.keyActions.map(({ table, owner, action }) => [table.name, owner.name, action?.name]),
    ).toEqual([
      ['user_events', 'user_id', 'event_name'],
      ['documents', 'author_id', undefined],
    ]);
    expect(related?.usage.map(({ table }) => table.name)).toEqual(['api_usage']);
    expect(related?.subscriptions.map(({ table }) => table.name)).toEqual(['subscriptions']);
  });
});
