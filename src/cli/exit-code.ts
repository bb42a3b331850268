import { isSkeneError } from '../errors/index.ts';

/** What the command line answers with: scripts may rely on it. 70 is EX_SOFTWARE of sysexits.h. */
export const EXIT = { ok: 0, problems: 1, usage: 2, internal: 70 } as const;

/** What the exit codes of a command say, for its help. @param failure what 1 says, beside that it could not be done. */
export function exitCodesText(failure?: string): string {
  const one = failure === undefined ? 'it could not be done' : `${failure}, or it could not be done`;
  return `\nExit codes: 0 all is well, 1 ${one} (what is printed says why),\n2 it was called wrongly, 70 a defect of Skene.`;
}

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
