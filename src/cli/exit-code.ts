import { isSkeneError } from '../errors/index.ts';

/** What the command line answers with: scripts may rely on it. 70 is EX_SOFTWARE of sysexits.h. */
export const EXIT = { ok: 0, problems: 1, usage: 2, internal: 70 } as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of a command that threw. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isSkeneError(error)) return EXIT.internal;
  switch (error.code) {
    case 'USAGE':
      return EXIT.usage;
    case 'INTERNAL':
    case 'NOT_IMPLEMENTED':
      return EXIT.internal;
    default:
      return EXIT.problems;
  }
}
