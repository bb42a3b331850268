import { quoteLiteral, quoteName } from '../../databases/index.ts';
import { messageOf } from '../../errors/index.ts';
import type { Engine } from './engine.ts';
import {
  createMessageReader,
  errorField,
  type Message,
  readRow,
  readTexts,
  typeOf,
  writeError,
  writeMessage,
} from './messages.ts';
import { createSession, messagesToRun, noteAnswer, type Session } from './session.ts';
import { LEFTOVERS } from './sql-text.ts';
import { createTurns } from './turns.ts';

/** How long others wait for a session that has begun a transaction and does nothing. It is ended then. */
export const IDLE_IN_TRANSACTION_MS = 10_000;

/** No answer of PostgreSQL is longer than its own limit for a value. */
const LONGEST_ANSWER = 2 ** 30 + 2 ** 20;

/** The first packet of a client that says only who it is, under protocol 3.0. */
const STARTUP = writeMessage('', 0x30000, 'user', 'postgres', '');

/** As {@link Session.settings} in JSON: none, and not known. */
const NO_SETTINGS = '[]';
const UNKNOWN_SETTINGS = '';

/** What a session set; PostgreSQL lists neither the role nor settings of the application's own. */
const CHANGED_SETTINGS = `
  SELECT name, setting FROM pg_settings WHERE source = 'session' UNION ALL
  SELECT 'session_authorization', nullif(session_user, 'postgres') UNION ALL
  SELECT 'role', nullif(current_setting('role'), 'none')`;

/** PostgreSQL's one backend, shared by sessions in turn. */
export interface Backend {
  /** What a client is told when it connects, as `server_version`. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Begins a session. It costs nothing until it runs something. */
  open(options: Parameters<typeof createSession>[0]): Session;
  /**
   * Runs messages of which the last is one that is answered (a query, Sync, Flush), when it is the session's turn. The messages of
   * the answer are given one by one. To be called again only when the last call has resolved.
   */
  run(session: Session, batch: readonly Message[], onAnswer: (message: Message) => void): Promise<void>;
  /** Ends a session: rolls back what it left open. */
  end(session: Session): Promise<void>;
}

/** Shares an engine that was just started. */
export async function createBackend(
  engine: Engine,
  options: { patienceMs: number } = { patienceMs: IDLE_IN_TRANSACTION_MS },
): Promise<Backend> {
  const sessions = new Set<Session>();
  const house = createSession({ settings: new Map(), onNotification: () => {}, onEnd: () => {} });
  const turns = createTurns<Session>({ ...options, onOverdue: (session) => void evict(session) });
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
    await engine.run(Buffer.concat(messages), read);
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
    loaded.delete('');
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
    if (present !== undefined) await remember(present);
    const wanted = JSON.stringify([...next.settings]);
    const isOther = wanted !== applied;
    const sql = [
      ...(loaded.size > 0 || present?.hasPreparedSql ? ['DEALLOCATE ALL'] : []),
      ...(isOther ? ['RESET SESSION AUTHORIZATION', 'RESET ROLE', 'RESET ALL'] : []),
      ...(isOther ? [...next.settings].map(([name, value]) => setting(name, value)) : []),
      ...next.sqlStatements,
    ];
    loaded.clear();
    applied = UNKNOWN_SETTINGS;
    if (sql.length > 0) await ask(sql.join('; '));
    applied = wanted;
    present = next;
  }

  /** Reads what a session has set up, before another has its turn. */
  async function remember(session: Session): Promise<void> {
    if (session.hasChangedSettings) {
      const own = [...session.ownSettings].map(quoteLiteral).join(', ');
      const rows = await ask(
        own === ''
          ? CHANGED_SETTINGS
          : `${CHANGED_SETTINGS} UNION ALL
        SELECT name, current_setting(name, true) FROM unnest(ARRAY[${own}]) AS name`,
      );
      session.settings = new Map(
        rows.flatMap(([name, value]) => (name && value ? [[name, value] as const] : [])),
      );
      session.hasChangedSettings = false;
      applied = JSON.stringify([...session.settings]);
    }
    if (session.hasPreparedSql) {
      const rows = await ask('SELECT statement FROM pg_prepared_statements WHERE from_sql');
      session.sqlStatements = rows.flatMap(([statement]) => statement ?? []);
    }
  }

  /** Makes the engine listen to what the sessions listen to, after one of them may have made it stop. */
  async function listenAgain(session?: Session): Promise<void> {
    if (session !== undefined) session.hasSubscribed = false;
    const channels = new Set([...sessions].flatMap((session) => [...session.channels]));
    await ask(['UNLISTEN *', ...[...channels].map((channel) => `LISTEN ${quoteName(channel)}`)].join('; '));
  }

  /** Starts with a clean slate after the engine was lost; nobody's transaction or temporary table is left. */
  async function recover(): Promise<void> {
    present = undefined;
    applied = NO_SETTINGS;
    loaded.clear();
    await listenAgain();
  }

  /** Takes away what a session that has the turn leaves behind. */
  async function sweep(session: Session): Promise<void> {
    sessions.delete(session);
    if (session.isMidway) await exchange(session, [writeMessage('S')], () => {});
    if (session.status !== 'I') await exchange(session, [writeMessage('Q', 'ROLLBACK')], () => {});
    if (session.channels.size > 0) await listenAgain(session);
    const others = [...sessions];
    const sql = LEFTOVERS.filter(
      ({ kind }) => session.leftovers.has(kind) && !others.some((other) => other.leftovers.has(kind)),
    ).map(({ swept }) => swept);
    if (sql.length > 0) await ask(sql.join('; '));
  }

  /** Ends a session that keeps others waiting. */
  async function evict(session: Session): Promise<void> {
    if (session.isEnded) return;
    session.isEnded = true;
    session.onEnd(
      writeError({
        S: 'FATAL',
        C: '25P03',
        M: `terminating connection: it did nothing for ${options.patienceMs / 1000} s in a transaction while others waited`,
        H: 'The local PostgreSQL has one backend, which a transaction holds until it ends: end transactions before waiting for something else.',
      }),
    );
    await sweep(session).catch(recover);
    turns.leave(session);
  }

  /** Ends a session with which the engine was lost, or whose settings it refuses. */
  async function lose(session: Session, problem: unknown): Promise<void> {
    session.isEnded = true;
    sessions.delete(session);
    session.onEnd(writeError({ S: 'FATAL', C: 'XX000', M: messageOf(problem) }));
    await recover();
    turns.leave(session);
  }

  async function run(
    session: Session,
    batch: readonly Message[],
    onAnswer: (message: Message) => void,
  ): Promise<void> {
    if (session.isEnded || !(await turns.take(session))) return;
    try {
      await enter(session);
      session.isMidway = true;
      await exchange(session, messagesToRun(session, batch, loaded), onAnswer);
      if (session.hasSubscribed && session.status === 'I') await listenAgain(session);
    } catch (error) {
      await lose(session, error);
      return;
    }
    if (session.status === 'I' && !session.isMidway) turns.leave(session);
    else turns.pause(session);
  }

  const parameters = new Map<string, string>();
  await exchange(house, [STARTUP], (answer) => {
    const [name, value] = readTexts(answer, 2);
    if (typeOf(answer) === 'S' && name !== undefined && value !== undefined) parameters.set(name, value);
  });

  return {
    parameters,
    open(openOptions) {
      const session = createSession(openOptions);
      sessions.add(session);
      return session;
    },
    run(session, batch, onAnswer) {
      session.work = run(session, batch, onAnswer);
      return session.work;
    },
    async end(session) {
      if (session.isEnded) return;
      session.isEnded = true;
      turns.withdraw(session);
      await session.work;
      await turns.take(session);
      await sweep(session).catch(recover);
      turns.leave(session);
    },
  };
}

function setting(name: string, value: string): string {
  return `SELECT set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false)`;
}
