import pc from 'picocolors';
import { formatDuration } from '../config/index.ts';
import type { Report } from '../intake/index.ts';

/** Prints one line for each thing that happens. */
export interface DevLog {
  report(report: Report): void;
  email(email: { to: string; subject: string; url: string }): void;
  note(text: string): void;
  problem(text: string): void;
}

/** A log that writes lines stamped with the stack's time. */
export function createDevLog({ write, now }: { write: (line: string) => void; now: () => number }): DevLog {
  const line = (kind: string, text: string) =>
    write(`${pc.dim(new Date(now()).toISOString().slice(11, 19))}  ${kind.padEnd(9)}${text}`);
  return {
    report: (report) => line(report.kind, sentenceOf(report)),
    email: ({ to, subject, url }) => line(pc.green('email    '), `"${subject}" to ${to}  ${pc.dim(url)}`),
    note: (text) => line(pc.dim('skene    '), text),
    problem: (text) => line(pc.red('problem  '), text),
  };
}

/** What was reported, in words; coloured where the terminal is. */
export function sentenceOf(report: Report): string {
  switch (report.kind) {
    case 'event':
      return `${report.type}${report.subject === undefined ? '' : ` about ${report.subject}`}`;
    case 'run':
      return `${report.loop} starts for ${report.subject}  ${pc.dim(report.runId)}`;
    case 'waiting':
      return `${report.loop} waits for ${report.subject}, up to ${formatDuration(report.seconds)}`;
    case 'wake':
      return `${report.loop} wakes for ${report.subject}`;
    case 'outcome':
      return `${report.loop} for ${report.subject}: ${colored(report.outcome)}${reasonOf(report.detail)}`;
    case 'goal':
      return `${report.loop} is where it should be for ${report.subject}`;
    case 'unsubscribe':
      return `${report.subject} wants no more email (${report.loop})`;
    case 'trouble':
      return report.text;
  }
}

function colored(outcome: string): string {
  if (outcome === 'failed') return pc.red(outcome);
  return outcome === 'timed_out' || outcome === 'suppressed' ? pc.yellow(outcome) : pc.green(outcome);
}

function reasonOf(detail: Record<string, unknown> | undefined): string {
  const reason = detail?.reason;
  return typeof reason === 'string' ? pc.dim(` (${reason})`) : '';
}
