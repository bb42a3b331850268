import pc from 'picocolors';

/** Where a command writes, and whether in colour. */
export interface Terminal {
  colors: ReturnType<typeof pc.createColors>;
  /** Writes a line of the answer to standard output. */
  out(text?: string): void;
  /** Writes a line about what is going on to standard error, where a pipe does not take it. */
  note(text?: string): void;
}

/** A stream that text is written to. */
interface Output {
  isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** The streams and the environment of a process. */
interface TerminalOptions {
  stdout: Output;
  stderr: Output;
  env: Record<string, string | undefined>;
}

/**
 * Makes a terminal. Colour only where standard output is a terminal, unless NO_COLOR or FORCE_COLOR says otherwise
 * (https://no-color.org).
 */
export function createTerminal({ stdout, stderr, env }: TerminalOptions = process): Terminal {
  const isForced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0';
  const isRefused = (env.NO_COLOR !== undefined && env.NO_COLOR !== '') || env.TERM === 'dumb';
  return {
    colors: pc.createColors(!isRefused && (isForced || stdout.isTTY === true)),
    out: (text = '') => void stdout.write(`${text}\n`),
    note: (text = '') => void stderr.write(`${text}\n`),
  };
}
