import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Backend } from './backend.ts';
import {
  createMessageReader,
  type Message,
  MessageLengthError,
  readTexts,
  typeOf,
  writeError,
  writeMessage,
  writeReady,
} from './messages.ts';
import type { Session } from './session.ts';
import { copiesIn } from './sql-text.ts';
import { negotiation, readOpening, settingsOf } from './startup.ts';

/** More than a statement or a value needs here; what claims to be longer is refused before it fills the memory. */
const LONGEST_MESSAGE = 256 * 2 ** 20;
/** How many bytes may wait to be run before the client is made to wait. */
const MOST_WAITING = 16 * 2 ** 20;

/** The one database there is. */
const DATABASE = 'postgres';

/** Messages that are kept until one comes that PostgreSQL answers. */
const GATHERED = new Set(['P', 'B', 'D', 'C', 'E']);
const ANSWERED = new Set(['Q', 'S', 'H', 'F']);
/** What belongs to a COPY and is ignored outside of one. */
const COPIED = new Set(['d', 'c', 'f']);

/** Sessions by the key that cancels what they run. */
export type SessionKeys = Map<string, Session>;

/** Talks with one client until it is gone, and resolves when nothing of it is left. Never rejects. */
export function serveClient(backend: Backend, socket: Duplex, keys: SessionKeys): Promise<void> {
  const key = randomBytes(8);
  let session: Session | undefined;
  let work = Promise.resolve();
  let take = open;

  const send = (message: Message): void => {
    if (socket.writable) socket.write(message);
  };
  const refuse = (code: string, message: string, hint?: string): void => {
    send(writeError({ S: 'FATAL', C: code, M: message, ...(hint === undefined ? {} : { H: hint }) }));
    socket.end();
  };

  let first: Buffer = Buffer.alloc(0);
  /** Takes what comes before the session. */
  function open(bytes: Buffer): void {
    first = Buffer.concat([first, bytes]);
    for (let read = readOpening(first); read !== undefined; read = readOpening(first)) {
      first = first.subarray(read.length);
      const { opening } = read;
      if (opening.kind === 'encryption') {
        socket.write('N');
        continue;
      }
      if (opening.kind === 'start') begin(opening.minor, opening.parameters);
      else if (opening.kind === 'cancel') cancel(opening.key);
      else refuse('08P01', 'this is not a start of PostgreSQL protocol 3.0');
      return;
    }
  }

  function cancel(canceled: string): void {
    const target = keys.get(canceled);
    if (target !== undefined) backend.cancel(target);
    socket.end();
  }

  function begin(minor: number, parameters: Map<string, string>): void {
    const database = parameters.get('database') ?? parameters.get('user') ?? DATABASE;
    if (database !== DATABASE) {
      const hint = `The local PostgreSQL has one database, "${DATABASE}".`;
      refuse('3D000', `database "${database}" does not exist`, hint);
      return;
    }
    const settings = settingsOf(parameters);
    const opened = backend.open({
      settings,
      onNotification: send,
      onEnd: (error) => {
        send(error);
        socket.end();
      },
    });
    session = opened;
    keys.set(key.toString('hex'), opened);
    const versions = negotiation(minor, parameters);
    if (versions !== undefined) send(versions);
    send(writeMessage('R', 0));
    for (const [name, value] of backend.parameters)
      send(writeMessage('S', name, settings.get(name) ?? value));
    send(writeMessage('K', key));
    send(writeReady('I'));
    take = createMessageReader({ longest: LONGEST_MESSAGE, onMessage: batches(opened) });
    const rest = first;
    first = Buffer.alloc(0);
    if (rest.length > 0) take(rest);
  }

  /** Gathers messages to what can be run at once. */
  function batches(opened: Session): (message: Message) => void {
    let batch: Message[] = [];
    let isCopying = false;
    const flush = (message: Message): void => {
      run(opened, [...batch, message]);
      batch = [];
    };
    return (message) => {
      const type = typeOf(message);
      if (type === 'X') after(() => void socket.end());
      else if (isCopying) {
        if (!COPIED.has(type)) return;
        if (type === 'd') return void batch.push(message);
        isCopying = false;
        flush(message);
      } else if (type === 'Q' && copiesIn(readTexts(message, 1)[0] ?? '')) {
        // The engine takes the rows together with the statement, so the client is asked for them before.
        isCopying = true;
        batch.push(message);
        after(() => send(copyIn(readTexts(message, 1)[0] ?? '')));
      } else if (ANSWERED.has(type)) flush(message);
      else if (GATHERED.has(type)) batch.push(message);
      else if (!COPIED.has(type)) refuse('08P01', `invalid frontend message type ${message[0]}`);
    };
  }

  function after(step: () => void | Promise<void>): void {
    work = work.then(step);
  }

  let waiting = 0;
  function run(opened: Session, batch: Message[]): void {
    const size = batch.reduce((sum, message) => sum + message.length, 0);
    const isCopy = batch.length > 1 && typeOf(batch[0] ?? Buffer.alloc(0)) === 'Q';
    waiting += size;
    if (waiting > MOST_WAITING) socket.pause();
    after(async () => {
      await backend.run(opened, batch, (answer) => {
        if (!isCopy || typeOf(answer) !== 'G') send(answer);
      });
      waiting -= size;
      if (waiting <= MOST_WAITING) socket.resume();
    });
  }

  return new Promise((resolve) => {
    socket.on('data', (bytes: Buffer) => {
      try {
        take(bytes);
      } catch (error) {
        if (!(error instanceof MessageLengthError)) throw error;
        refuse('08P01', 'invalid message length');
      }
    });
    // A connection that breaks is closed next.
    socket.on('error', () => {});
    socket.on('close', () => {
      keys.delete(key.toString('hex'));
      resolve(session === undefined ? undefined : backend.end(session));
    });
  });
}

/** "Copy in": the client may send rows, in text or binary as the statement says. */
function copyIn(sql: string): Message {
  return writeMessage('G', Buffer.of(/\bbinary\b/i.test(sql) ? 1 : 0, 0, 0));
}
