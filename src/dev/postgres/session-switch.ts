import { quoteLiteral, quoteName } from '../../databases/index.ts';
import type { Engine } from './engine.ts';
import {
  createMessageReader,
  errorField,
  type Message,
  readRow,
  readTexts,
  typeOf,
  writeMessage,
} from './messages.ts';
import { createSession, messagesToRun, noteAnswer, type Session } from './session.ts';
import { isPrepareAlone, LEFTOVERS } from './sql-text.ts';

/** No answer of PostgreSQL is longer than its own limit for a value. */
const LONGEST_ANSWER = 2 ** 30 + 2 ** 20;

/** As {@link Session.settings} in JSON: none, and not known. */
const NO_SETTINGS = '[]';
const UNKNOWN_SETTINGS = '';

/** What a session set; PostgreSQL lists neither the role nor settings of the application's own. */
const CHANGED_SETTINGS = `
  SELECT name, setting FROM pg_settings WHERE source = 'session' UNION ALL
  SELECT 'session_authorization', nullif(session_user, 'postgres') UNION ALL
  SELECT 'role', nullif(current_setting('role'), 'none')`;

function ownSettings(names: string): string {
  return ` UNION ALL SELECT name, current_setting(name, true) FROM (VALUES ${names}) AS own (name)`;
}

/** The engine as the sessions see it: each finds what it set up, whoever had the engine in between. */
export interface SessionSwitch {
  /** Runs messages for a session that was entered. */
  exchange(
    session: Session,
    messages: readonly Message[],
    onAnswer: (message: Message) => void,
  ): Promise<void>;
  /** Runs SQL of the server's own, and gives the rows as text. @throws {Error} with PostgreSQL's message. */
  ask(sql: string): Promise<(string | null)[][]>;
  /** Makes the engine look to a session as it left it. */
  enter(session: Session): Promise<void>;
  /** Reads what a session has set up by what it ran; outside a transaction. */
  remember(session: Session): Promise<void>;
  /** Takes away what a session that was entered leaves behind. */
  sweep(session: Session): Promise<void>;
  /** Starts with a clean slate after the engine was lost, or a session could not be entered. */
  recover(): Promise<void>;
}

/** @param sessions those there are: they hear what they listen to. */
export function createSessionSwitch(engine: Engine, sessions: ReadonlySet<Session>): SessionSwitch {
  const house = createSession({ settings: new Map(), onNotification: () => {}, onEnd: () => {} });
  /** Whose settings and statements the engine has now. */
  let present: Session | undefined;
  let applied = NO_SETTINGS;
  const loaded = new Set<string>();

  /** Runs messages for a session that has the turn. */
  async function exchange(
    session: Session,
    messages: readonly Message[],
    onAnswer: (message: Message) => void,
  ): Promise<void> {
    const heard: Message[] = [];
    const read = createMessageReader({
      longest: LONGEST_ANSWER,
      onMessage: (message) => {
        if (typeOf(message) === 'A') {
          heard.push(message);
          return;
        }
        const isForClient = noteAnswer(session, message, loaded);
        if (typeOf(message) === 'Z') for (const notification of heard.splice(0)) deliver(notification);
        if (isForClient) onAnswer(message);
      },
    });
    await engine.run(Buffer.concat(messagesToRun(session, messages, loaded)), read);
  }

  function deliver(notification: Message): void {
    const [channel = ''] = readTexts(notification, 1, 4);
    for (const session of sessions) {
      if (session.channels.has(channel)) session.onNotification(notification);
    }
  }

  /** Runs SQL of our own for whoever has the turn. */
  async function ask(sql: string): Promise<(string | null)[][]> {
    const rows: (string | null)[][] = [];
    let problem: string | undefined;
    await exchange(house, [writeMessage('Q', sql)], (answer) => {
      if (typeOf(answer) === 'D') rows.push(readRow(answer));
      if (typeOf(answer) === 'E') problem = errorField(answer, 'M');
    });
    if (problem !== undefined) throw new Error(problem);
    return rows;
  }

  /** Makes the engine look to a session as it left it. */
  async function enter(next: Session): Promise<void> {
    if (present === next) return;
    const wanted = JSON.stringify([...next.settings]);
    const isOther = wanted !== applied;
    const hasNamed = [...loaded].some((name) => name !== '');
    const sql = [
      ...(hasNamed || present?.sqlStatements.length ? ['DEALLOCATE ALL'] : []),
      ...(isOther ? ['RESET SESSION AUTHORIZATION', 'RESET ROLE', 'RESET ALL'] : []),
      ...(isOther ? [...next.settings].map(([name, value]) => setting(name, value)) : []),
    ];
    loaded.clear();
    applied = UNKNOWN_SETTINGS;
    if (sql.length > 0) await ask(sql.join('; '));
    // One by one: PostgreSQL keeps the whole text of a query as that of its PREPARE.
    for (const text of next.sqlStatements) await ask(text);
    applied = wanted;
    present = next;
  }

  /** Reads what a session has set up, for the time after others. */
  async function remember(session: Session): Promise<void> {
    if (session.hasSubscribed) await listenAgain();
    session.hasSubscribed = false;
    if (session.hasPreparedSql) {
      session.hasPreparedSql = false;
      const rows = await ask('SELECT statement FROM pg_prepared_statements WHERE from_sql');
      session.sqlStatements = rows.flatMap(([text]) => (text && isPrepareAlone(text) ? [text] : []));
    }
    if (!session.hasChangedSettings) return;
    const own = [...session.ownSettings].map((name) => `(${quoteLiteral(name)})`).join(', ');
    const rows = await ask(own === '' ? CHANGED_SETTINGS : CHANGED_SETTINGS + ownSettings(own));
    session.settings = new Map(
      rows.flatMap(([name, value]) =>
        typeof name === 'string' && typeof value === 'string' ? [[name, value]] : [],
      ),
    );
    session.hasChangedSettings = false;
    applied = JSON.stringify([...session.settings]);
  }

  /** Makes the engine listen to what the sessions listen to, after one of them may have made it stop. */
  async function listenAgain(): Promise<void> {
    const channels = new Set([...sessions].flatMap((session) => [...session.channels]));
    await ask(['UNLISTEN *', ...[...channels].map((channel) => `LISTEN ${quoteName(channel)}`)].join('; '));
  }

  async function recover(): Promise<void> {
    present = undefined;
    applied = UNKNOWN_SETTINGS;
    loaded.clear();
    await ask('DEALLOCATE ALL');
    await listenAgain();
  }

  /** Takes away what a session that has the turn leaves behind. */
  async function sweep(session: Session): Promise<void> {
    if (session.isMidway) await exchange(session, [writeMessage('S')], () => {});
    if (session.status !== 'I') await exchange(session, [writeMessage('Q', 'ROLLBACK')], () => {});
    if (session.channels.size > 0) await listenAgain();
    const others = [...sessions].filter((other) => other !== session);
    const sql = LEFTOVERS.filter(
      ({ kind }) => session.leftovers.has(kind) && !others.some((other) => other.leftovers.has(kind)),
    ).map(({ swept }) => swept);
    if (sql.length > 0) await ask(sql.join('; '));
  }

  return { exchange, ask, enter, remember, sweep, recover };
}

function setting(name: string, value: string): string {
  return `SELECT set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false)`;
}
