import { type Message, readTexts, statusOf, type TransactionStatus, typeOf } from './messages.ts';
import { LEFTOVERS, ownSettingsIn, type Subscription, setsConfig, subscriptionsIn } from './sql-text.ts';

/** What one client has set up, so that it finds it again although others used the same backend in between. */
export interface Session {
  status: TransactionStatus;
  /** Whether a message that needs a Sync after it was run. */
  isMidway: boolean;
  /** Settings that differ from the server's, by name. */
  settings: Map<string, string>;
  /** Whether `settings` has to be read again. */
  hasChangedSettings: boolean;
  /** Names of the application's own settings that it may have set. */
  ownSettings: Set<string>;
  /** The Parse message of each prepared statement, by name; `''` is the unnamed one. */
  statements: Map<string, Message>;
  /** Texts of statements prepared with PREPARE. */
  sqlStatements: string[];
  /** Whether `sqlStatements` has to be read again. */
  hasPreparedSql: boolean;
  /** What it listens to. */
  channels: Set<string>;
  /** What it asked to listen to in the transaction under way. */
  subscriptions: Subscription[];
  /** Whether a LISTEN or UNLISTEN was run since the last look. */
  hasSubscribed: boolean;
  /** What it may leave behind, see {@link LEFTOVERS}. */
  leftovers: Set<string>;
  /** Parse messages whose ParseComplete is awaited; ours were sent again for a client that does not know. */
  parsing: { name: string; message: Message; isOurs: boolean }[];
  /** How long a statement may take, in ms, 0 for any time; undefined when it has to be asked for. */
  limitMs: number | undefined;
  /** Whether it ever set that. */
  mayBeLimited: boolean;
  /** What it runs now. */
  work: Promise<void>;
  isEnded: boolean;
  onNotification: (message: Message) => void;
  /** Called when the backend ends the session on its own account, with the error to tell. */
  onEnd: (error: Message) => void;
}

const LIMIT_SETTING = 'statement_timeout';

/** A session in which nothing has happened. */
export function createSession(
  options: Pick<Session, 'onNotification' | 'onEnd'> & { settings: ReadonlyMap<string, string> },
): Session {
  return {
    ...options,
    settings: new Map(options.settings),
    status: 'I',
    isMidway: false,
    hasChangedSettings: false,
    ownSettings: new Set(),
    statements: new Map(),
    sqlStatements: [],
    hasPreparedSql: false,
    channels: new Set(),
    subscriptions: [],
    hasSubscribed: false,
    leftovers: new Set(),
    parsing: [],
    limitMs: options.settings.has(LIMIT_SETTING) ? undefined : 0,
    mayBeLimited: options.settings.has(LIMIT_SETTING),
    work: Promise.resolve(),
    isEnded: false,
  };
}

/**
 * The messages to run for those a client sends: before one that uses a prepared statement that another session's turn has swept
 * away, the statement is parsed again.
 * @param loaded the names of the statements that the backend has now; changed.
 */
export function messagesToRun(session: Session, batch: readonly Message[], loaded: Set<string>): Message[] {
  const messages: Message[] = [];
  const needs = (name: string | undefined): void => {
    const isThere =
      name === undefined || loaded.has(name) || session.parsing.some((parse) => parse.name === name);
    const message = isThere ? undefined : session.statements.get(name);
    if (name === undefined || message === undefined) return;
    messages.push(message);
    session.parsing.push({ name, message, isOurs: true });
  };

  for (const message of batch) {
    switch (typeOf(message)) {
      case 'Q':
        session.statements.delete('');
        loaded.delete('');
        noteText(session, readTexts(message, 1)[0]);
        break;
      case 'P':
        // Whatever becomes of this one, an unnamed statement before it is gone.
        if (readTexts(message, 1)[0] === '') loaded.delete('');
        session.parsing.push({ name: readTexts(message, 1)[0] ?? '', message, isOurs: false });
        break;
      case 'B': {
        const name = readTexts(message, 2)[1];
        needs(name);
        noteText(session, textOf(session, name));
        break;
      }
      case 'D':
      case 'C': {
        const [target = ''] = readTexts(message, 1);
        if (!target.startsWith('S')) break;
        if (typeOf(message) === 'D') needs(target.slice(1));
        else session.statements.delete(target.slice(1));
      }
    }
    messages.push(message);
  }
  return messages;
}

function textOf(session: Session, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const parse = session.parsing.findLast((parsing) => parsing.name === name)?.message;
  const message = parse ?? session.statements.get(name);
  return message && readTexts(message, 2)[1];
}

function noteText(session: Session, sql: string | undefined): void {
  if (sql === undefined) return;
  session.subscriptions.push(...subscriptionsIn(sql));
  if (setsConfig(sql)) session.hasChangedSettings = true;
  if (sql.includes(LIMIT_SETTING)) {
    session.mayBeLimited = true;
    session.limitMs = undefined;
  }
  for (const name of ownSettingsIn(sql)) session.ownSettings.add(name);
  for (const { kind, seen } of LEFTOVERS) if (seen.test(sql)) session.leftovers.add(kind);
}

/**
 * Keeps account of what an answer says.
 * @param loaded the names of the statements that the backend has; changed.
 * @returns whether the client is to get it.
 */
export function noteAnswer(session: Session, answer: Message, loaded: Set<string>): boolean {
  switch (typeOf(answer)) {
    case '1':
      return noteParsed(session, loaded);
    case 'C':
      noteCommand(session, readTexts(answer, 1)[0] ?? '', loaded);
      return true;
    case 'E':
      session.subscriptions = [];
      return true;
    case 'Z':
      // What a transaction set for itself ends with it.
      if (session.mayBeLimited && session.status !== statusOf(answer)) session.limitMs = undefined;
      session.status = statusOf(answer);
      session.isMidway = false;
      session.parsing = [];
      if (session.status === 'I') settleSubscriptions(session);
      return true;
    default:
      return true;
  }
}

function noteParsed(session: Session, loaded: Set<string>): boolean {
  const parsed = session.parsing.shift();
  if (parsed === undefined) return true;
  session.statements.set(parsed.name, parsed.message);
  loaded.add(parsed.name);
  return !parsed.isOurs;
}

function noteCommand(session: Session, tag: string, loaded: Set<string>): void {
  switch (tag) {
    case 'SET':
    case 'RESET':
      session.hasChangedSettings = true;
      if (session.mayBeLimited) session.limitMs = undefined;
      break;
    case 'LISTEN':
    case 'UNLISTEN':
      session.hasSubscribed = true;
      break;
    case 'ROLLBACK':
      session.subscriptions = [];
      break;
    case 'PREPARE':
    case 'DEALLOCATE':
      session.hasPreparedSql = true;
      break;
    case 'DEALLOCATE ALL':
      forgetStatements(session, loaded);
      break;
    case 'DISCARD ALL':
      forgetStatements(session, loaded);
      session.hasChangedSettings = true;
      session.hasSubscribed = true;
      session.subscriptions = [{ kind: 'unlisten', channel: '*' }];
  }
}

function forgetStatements(session: Session, loaded: Set<string>): void {
  session.statements.clear();
  session.hasPreparedSql = true;
  loaded.clear();
}

/** LISTEN and UNLISTEN take effect when their transaction commits. */
function settleSubscriptions(session: Session): void {
  for (const { kind, channel } of session.hasSubscribed ? session.subscriptions : []) {
    if (kind === 'listen') session.channels.add(channel);
    else if (channel === '*') session.channels.clear();
    else session.channels.delete(channel);
  }
  session.subscriptions = [];
}
