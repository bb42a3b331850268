import type { Keyspace } from './keyspace.ts';
import { parseInteger } from './numbers.ts';
import { RedisError, type Reply, syntaxError } from './reply.ts';

/**
 * A command's arguments, its name first. The dispatcher has checked the arity, so that the leading positions a command
 * requires are there; what comes after them is read through {@link optionsFrom} or by index.
 */
export type Arguments = readonly [string, string, string, string, string, ...string[]];

/** How a command is called and what it does. */
export interface Command {
  /** The number of arguments with the name; negative for "at least". */
  readonly arity: number;
  /** Whether it may change the data: refused in read-only scripts. */
  readonly write?: true;
  /** Runs the command; throws a RedisError to answer with an error. */
  readonly run: (db: Keyspace, args: Arguments) => Reply;
}

/** The commands of one family by their names in lower case. */
export type CommandTable = Readonly<Record<string, Command>>;

/** Walks over the optional part of a command's arguments. */
export interface Options {
  /** The next argument in upper case, or `undefined` at the end. */
  word(): string | undefined;
  /** The next argument as it is; a missing one is a syntax error. */
  text(): string;
  /** The next argument as an integer. */
  integer(): number;
  /** Reads the value of COUNT or LIMIT-like options: an integer above zero. */
  positive(): number;
  /** What has not been read yet. */
  rest(): string[];
}

/** Starts reading options at `args[start]`. */
export function optionsFrom(args: readonly string[], start: number): Options {
  let at = start;
  const options: Options = {
    word: () => args[at++]?.toUpperCase(),
    text() {
      const text = args[at++];
      if (text === undefined) throw syntaxError();
      return text;
    },
    integer: () => parseInteger(options.text()),
    positive() {
      const value = options.integer();
      if (value < 1) throw syntaxError();
      return value;
    },
    rest: () => args.slice(at),
  };
  return options;
}

/** The arguments from `start` on, two by two; an odd number is an arity error of the command. */
export function pairsFrom(args: readonly string[], start: number): [string, string][] {
  if ((args.length - start) % 2 !== 0) throw wrongArity(args[0] as string);
  const pairs: [string, string][] = [];
  for (let at = start; at < args.length; at += 2) pairs.push([args[at] as string, args[at + 1] as string]);
  return pairs;
}

/** The error for a command called with too many or too few arguments. */
export function wrongArity(name: string): RedisError {
  return new RedisError(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
}

/** A range of indexes as Redis counts them (negative from the end): the first and the one after the last. */
export function indexRange(start: number, stop: number, length: number): [start: number, end: number] {
  const first = Math.max(start < 0 ? start + length : start, 0);
  const last = Math.min(stop < 0 ? stop + length : stop, length - 1);
  return first > last ? [0, 0] : [first, last + 1];
}

/** The command named by the second argument, for families such as XGROUP CREATE. */
export function subcommands(name: string, table: CommandTable): Command['run'] {
  return (db, args) => {
    const sub = table[args[1].toLowerCase()];
    if (sub === undefined) {
      throw new RedisError(`ERR unknown subcommand '${args[1]}'. Try ${name.toUpperCase()} HELP.`);
    }
    if (!fitsArity(sub, args.length)) throw wrongArity(`${name}|${args[1]}`);
    return sub.run(db, args);
  };
}

/** Whether a command may be called with `count` arguments, its name included. */
export function fitsArity({ arity }: Command, count: number): boolean {
  return arity >= 0 ? count === arity : count >= -arity;
}
