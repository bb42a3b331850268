import { type Database, findRows, type Row, readAudience } from '../databases/index.ts';
import type { UsersTable } from '../plan/index.ts';
import type { State } from '../state/index.ts';

/** Which audience is read. */
export interface AudienceSource {
  sql: string;
  users: UsersTable;
  /** What identity providers told of subjects. */
  contacts: Pick<State['contacts'], 'findAll'>;
}

/** Some rows of an audience, by subject. */
export interface Chunk {
  rows: ReadonlyMap<string, Row>;
  /** The id of the last of them. */
  last: string | undefined;
  /** Nothing comes after. */
  isLast: boolean;
}

/** Rows per query: more than are mailed at once, as a query that counts costs the same however few of its rows are taken. */
const READ_ROWS = 1_000;

/** A subject of a page that is read again may have many new neighbours; more than these are left to the next pass. */
const AGAIN_ROWS = 5_000;

/** Some conditions count over a large table. */
const QUERY_TIMEOUT_MS = 30_000;

/** Walks over an audience, from behind `cursor`. Holds one query's rows at a time. */
export function createAudienceReader(
  database: Database,
  { sql, users, contacts }: AudienceSource,
  cursor: string | undefined,
) {
  const page = { sql, id: users.id, timeoutMs: QUERY_TIMEOUT_MS };
  let rows: Row[] = [];
  let isDrained = false;
  let after = cursor;
  let read = cursor;

  async function fill(): Promise<void> {
    if (rows.length > 0 || isDrained) return;
    rows = await readAudience(database, { ...page, after: read, limit: READ_ROWS });
    isDrained = rows.length < READ_ROWS;
    read = lastId(rows, users.id) ?? read;
  }

  return {
    /** The next rows, at most `most`. */
    async next(most: number): Promise<Chunk> {
      await fill();
      const taken = rows.splice(0, most);
      after = lastId(taken, users.id) ?? after;
      return {
        rows: await withContacts(bySubject(taken, users.id)),
        last: after,
        isLast: rows.length === 0 && isDrained,
      };
    },

    /** The rows behind where the last call of `next` began, up to an id, as they are now. */
    async again(from: string | undefined, upTo: string): Promise<ReadonlyMap<string, Row>> {
      const found = await readAudience(database, { ...page, after: from, upTo, limit: AGAIN_ROWS });
      return withContacts(bySubject(found, users.id));
    },
  };

  /** A query need not select the address; the users table knows it, or an identity provider told. */
  async function withContacts(found: Map<string, Row>): Promise<Map<string, Row>> {
    const lacking = [...found].filter(([, row]) => !(users.email in row)).map(([subject]) => subject);
    const source = { table: users.table, column: users.id, values: lacking };
    for (const user of await findRows(database, source, QUERY_TIMEOUT_MS)) {
      const subject = String(user[users.id]);
      found.set(subject, { ...user, ...found.get(subject) });
    }
    const unknown = [...found].filter(([, row]) => !row[users.email] || !row[users.name]);
    const told = await contacts.findAll(unknown.map(([subject]) => subject));
    for (const [subject, { email, name }] of told) {
      const row = found.get(subject);
      const known = { [users.email]: row?.[users.email] || email, [users.name]: row?.[users.name] || name };
      found.set(subject, { ...row, ...known });
    }
    return found;
  }
}

function bySubject(rows: readonly Row[], id: string): Map<string, Row> {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const subject = String(row[id]);
    // A join may give somebody several rows: the first speaks for them.
    if (!found.has(subject)) found.set(subject, row);
  }
  return found;
}

function lastId(rows: readonly Row[], id: string): string | undefined {
  const last = rows.at(-1);
  return last === undefined ? undefined : String(last[id]);
}
