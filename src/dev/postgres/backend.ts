import { messageOf } from '../../errors/index.ts';
import type { Engine } from './engine.ts';
import { type Message, readTexts, typeOf, writeError, writeMessage, writeReady } from './messages.ts';
import { createSession, type Session } from './session.ts';
import { createSessionSwitch } from './session-switch.ts';
import { createTurns } from './turns.ts';

/** How long others usually wait for a session that has begun a transaction and does nothing. */
export const IDLE_IN_TRANSACTION_MS = 10_000;

/** How long a statement goes on whose client is gone. */
const ABANDONED_MS = 1_000;

/** The first packet of a client that says only who it is, under protocol 3.0. */
const STARTUP = writeMessage('', 0x30000, 'user', 'postgres', '');

/** What a statement may take, in milliseconds; 0 for any time. */
const STATEMENT_TIMEOUT = `SELECT extract(epoch FROM current_setting('statement_timeout')::interval) * 1000`;

/** PostgreSQL's one backend, shared by sessions in turn. */
export interface Backend {
  /** What a client is told when it connects, as `server_version`. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Runs statements of the server's own, before anybody is served. @throws {Error} with PostgreSQL's message. */
  prepare(sql: string): Promise<void>;
  /** Begins a session. It costs nothing until it runs something. */
  open(options: Parameters<typeof createSession>[0]): Session;
  /**
   * Runs messages of which the last is one that is answered (a query, Sync, Flush), when it is the session's turn. The messages of
   * the answer are given one by one. To be called again only when the last call has resolved; it never rejects.
   */
  run(session: Session, batch: readonly Message[], onAnswer: (message: Message) => void): Promise<void>;
  /** Cancels what a session runs now, if anything. */
  cancel(session: Session): void;
  /** Ends a session: rolls back what it left open. Never rejects. */
  end(session: Session): Promise<void>;
}

/**
 * Shares an engine that was just started.
 * @param options.patienceMs how long others wait for a session that has begun a transaction and does nothing.
 */
export async function createBackend(engine: Engine, options: { patienceMs: number }): Promise<Backend> {
  const sessions = new Set<Session>();
  const { exchange, ask, enter, remember, sweep, recover } = createSessionSwitch(engine, sessions);
  const turns = createTurns<Session>({ ...options, onOverdue: (session) => void evict(session) });
  let running: { session: Session; interruption?: string } | undefined;

  /** Stops what a session runs, for a reason that its client is told. */
  function interrupt(session: Session, reason: string): void {
    if (running?.session !== session || running.interruption !== undefined) return;
    running.interruption = reason;
    engine.interrupt();
  }

  async function run(
    session: Session,
    batch: readonly Message[],
    onAnswer: (message: Message) => void,
  ): Promise<void> {
    if (session.isEnded || !(await turns.take(session))) return;
    try {
      await enter(session);
      await runLimited(session, batch, onAnswer);
      if (session.status === 'I' && !session.isMidway) await remember(session);
    } catch (error) {
      await lose(session, error);
    }
    if (session.status === 'I' && !session.isMidway) turns.leave(session);
    else turns.pause(session);
  }

  /** Runs messages no longer than statement_timeout says, nor than their client wants. */
  async function runLimited(
    session: Session,
    batch: readonly Message[],
    onAnswer: (message: Message) => void,
  ): Promise<void> {
    if (session.limitMs === undefined && session.status !== 'E' && !session.isMidway) {
      session.limitMs = Number((await ask(STATEMENT_TIMEOUT))[0]?.[0] ?? 0);
    }
    const statusBefore = session.status;
    const turn: typeof running = { session };
    running = turn;
    const limit =
      session.limitMs &&
      setTimeout(interrupt, session.limitMs, session, 'canceling statement due to statement timeout');
    try {
      session.isMidway = true;
      await exchange(session, batch, onAnswer);
    } catch (error) {
      const endsWithReady = typeOf(batch.at(-1) ?? STARTUP) !== 'H';
      const isOver = !session.isMidway;
      if (turn.interruption === undefined || !endsWithReady || (isOver && session.status !== 'I'))
        throw error;
      running = undefined;
      await recover();
      // The interruption came too late: the client has its answer.
      if (isOver) return;
      onAnswer(writeError({ S: 'ERROR', C: '57014', M: turn.interruption }));
      await fail(session, statusBefore !== 'I');
      onAnswer(writeReady(session.status));
    } finally {
      clearTimeout(limit);
      running = undefined;
    }
  }

  /** Puts a session where it stands after a statement that failed, in an engine that knows nothing of it. */
  async function fail(session: Session, wasInTransaction: boolean): Promise<void> {
    session.isMidway = false;
    session.parsing = [];
    session.status = 'I';
    if (!wasInTransaction) return;
    await enter(session);
    await exchange(session, [writeMessage('Q', 'BEGIN')], () => {});
    await exchange(session, [writeMessage('Q', 'SELECT 1 / 0')], () => {});
  }

  /** Ends a session that keeps others waiting. */
  async function evict(session: Session): Promise<void> {
    if (session.isEnded) return;
    session.onEnd(
      writeError({
        S: 'FATAL',
        C: '25P03',
        M: `terminating connection: nothing was done in its transaction for ${options.patienceMs / 1000} s while others waited`,
        H: 'The local PostgreSQL has one backend, which a transaction holds until it ends: end transactions before waiting for something else.',
      }),
    );
    await bury(session);
  }

  /** Ends a session with which the engine was lost, or whose settings it refuses. */
  async function lose(session: Session, problem: unknown): Promise<void> {
    session.isEnded = true;
    session.status = 'I';
    session.isMidway = false;
    sessions.delete(session);
    session.onEnd(writeError({ S: 'FATAL', C: 'XX000', M: messageOf(problem) }));
    await recover().catch(() => {});
  }

  /** Takes away a session that has the turn. */
  async function bury(session: Session): Promise<void> {
    session.isEnded = true;
    await sweep(session)
      .catch(recover)
      .catch(() => {});
    sessions.delete(session);
    turns.leave(session);
  }

  const parameters = new Map<string, string>();
  const house = createSession({ settings: parameters, onNotification: () => {}, onEnd: () => {} });
  await exchange(house, [STARTUP], (answer) => {
    const [name, value] = readTexts(answer, 2);
    if (typeOf(answer) === 'S' && name !== undefined && value !== undefined) parameters.set(name, value);
  });

  return {
    parameters,
    prepare: async (sql) => {
      await ask(sql);
    },
    open(openOptions) {
      const session = createSession(openOptions);
      sessions.add(session);
      return session;
    },
    run(session, batch, onAnswer) {
      session.work = run(session, batch, onAnswer);
      return session.work;
    },
    cancel: (session) => interrupt(session, 'canceling statement due to user request'),
    async end(session) {
      if (session.isEnded) return;
      session.isEnded = true;
      turns.withdraw(session);
      const abandoned = setTimeout(interrupt, ABANDONED_MS, session, 'the client is gone');
      await session.work;
      clearTimeout(abandoned);
      if (await turns.take(session)) await bury(session);
    },
  };
}
