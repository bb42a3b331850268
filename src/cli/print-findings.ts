import { type Inspection, listFindings } from '../inspect/index.ts';
import type { Terminal } from './terminal.ts';

/** The most reasons that are told of one finding. */
const MOST_REASONS = 3;

/** Prints what was found in a repository, each with the lines that show it, and what could not be read. */
export function printFindings(inspection: Inspection, { out, note, colors }: Terminal): void {
  const findings = listFindings(inspection);
  for (const { subject, what, confidence, evidence } of findings) {
    out(`${colors.dim(subject.padEnd(13))}${colors.bold(what)}  ${confidence}`);
    for (const { file, line, why } of evidence.slice(0, MOST_REASONS))
      out(`${' '.repeat(13)}${colors.dim(`${file}:${line}`)} ${why}`);
  }
  if (findings.length > 0) out();
  for (const { file, line, why } of inspection.problems) note(`${file}:${line} ${why}`);
}
