import { InternalError } from '../../errors/index.ts';
import type { Clock } from '../clock.ts';
import { createMemoryJournal, type Journal, openJournal } from '../journal.ts';
import { type Arguments, type Command, fitsArity, wrongArity } from './command.ts';
import { commands } from './commands/index.ts';
import { createKeyspace } from './keyspace.ts';
import { type Failure, RedisError, type Reply } from './reply.ts';
import { createScripting } from './scripting.ts';
import { snapshot } from './snapshot.ts';

/** What one unit of work (a command, a script, a transaction) did: the commands that do it again. */
type JournalRecord = (readonly string[])[];

/** Options of {@link createEngine}. */
export interface EngineOptions {
  clock: Clock;
  /** The journal's file, or `undefined` to remember nothing. */
  journal: string | undefined;
  /** Whether scripts may carry Upstash's `allow-key-locking` flag. */
  dialect: 'upstash' | 'redis';
}

/** Runs commands one after the other; arguments and bulk strings have one character per byte. */
export interface Engine {
  execute(args: readonly string[]): Reply;
  /** Runs commands as one unit; a command that cannot be called at all discards the whole transaction. */
  transaction(commands: readonly (readonly string[])[]): Reply[] | Failure;
  /** How many commands have been run, those of scripts included. */
  readonly commandCount: number;
  close(): void;
}

/** At most this many keys that are due are deleted on the way of one command. */
const RECLAIMED_PER_COMMAND = 20;
const FEWEST_TO_COMPACT = 10_000;
const GROWTH_TO_COMPACT = 4;

/** Opens the journal and rebuilds the data from it. */
export function createEngine({ clock, journal: path, dialect }: EngineOptions): Engine {
  const db = createKeyspace();
  const table = new Map(Object.entries(commands));
  const scripting = createScripting({ db, dialect, call });
  for (const [name, command] of Object.entries(scripting.commands)) table.set(name, command);
  for (const [name, command] of [...table]) table.set(name.toUpperCase(), command);

  let effects: (readonly string[])[] = [];
  let verbatim = false;
  let commandCount = 0;
  let depth = 0;
  db.onChange = (effect) => {
    if (effect === undefined) verbatim = true;
    else effects.push(effect);
  };

  const journal = open();
  let compactAt = threshold(liveRecords());

  function open(): Journal<JournalRecord> {
    if (path === undefined) return createMemoryJournal();
    db.expires = false;
    const opened = openJournal<JournalRecord>(path, replay);
    db.expires = true;
    effects = [];
    return opened;
  }

  function replay(record: JournalRecord): void {
    for (const args of record) {
      const reply = call(args);
      if (typeof reply === 'object' && reply !== null && 'error' in reply) {
        throw new InternalError(
          `${path} cannot be replayed: ${args.join(' ').slice(0, 200)} answers ${reply.error}`,
        );
      }
    }
  }

  function liveRecords(): number {
    let count = 0;
    if (path !== undefined) for (const _ of snapshot(db)) count += 1;
    return count;
  }

  function threshold(live: number): number {
    return Math.max(FEWEST_TO_COMPACT, live * GROWTH_TO_COMPACT);
  }

  function find(args: readonly string[]): Command {
    const name = args[0] as string;
    const command = table.get(name) ?? table.get(name.toLowerCase());
    if (command === undefined) throw unknownCommand(args);
    if (!fitsArity(command, args.length)) throw wrongArity(name);
    return command;
  }

  /** Runs one command inside the unit under way; its effects are added to the unit's. */
  function call(args: readonly string[], readOnly = false): Reply {
    const outer = verbatim;
    verbatim = false;
    commandCount += 1;
    try {
      const command = find(args);
      if (readOnly && command.write)
        throw new RedisError('ERR Write commands are not allowed from read-only scripts.');
      return command.run(db, args as Arguments);
    } catch (error) {
      if (error instanceof RedisError) return { error: error.message };
      throw error;
    } finally {
      if (verbatim) effects.push(args);
      verbatim = outer;
    }
  }

  /** Runs `work` as one unit: one instant, and one record in the journal. */
  function unit<TResult>(work: () => TResult): TResult {
    depth += 1;
    if (depth > 1) throw new InternalError('the Redis engine was entered again while a command was running');
    try {
      db.now = clock.now();
      db.reclaim(RECLAIMED_PER_COMMAND);
      return work();
    } finally {
      depth -= 1;
      commit();
    }
  }

  function commit(): void {
    if (effects.length === 0) return;
    const record = effects;
    effects = [];
    journal.append(record);
    if (journal.length < compactAt) return;
    const records = [...snapshot(db)].map((args) => [args]);
    journal.compact(records);
    compactAt = threshold(records.length);
  }

  return {
    execute: (args) => unit(() => call(args)),
    transaction(batch) {
      try {
        for (const args of batch) find(args);
      } catch {
        return { error: 'EXECABORT Transaction discarded because of previous errors.' };
      }
      return unit(() => batch.map((args) => call(args)));
    },
    get commandCount() {
      return commandCount;
    },
    close() {
      journal.close();
    },
  };
}

function unknownCommand(args: readonly string[]): RedisError {
  const shown = args.slice(1).map((arg) => `'${arg.slice(0, 128)}' `);
  const name = (args[0] as string).slice(0, 128);
  return new RedisError(
    `ERR unknown command '${name}', with args beginning with: ${shown.join('').slice(0, 256)}`,
  );
}
