import type { ConfigIssue } from '../config/index.ts';
import { evaluate } from './evaluate.ts';
import { type Mend, type Program, parseSource } from './parse-source.ts';
import { readSource, type SourceFile } from './source-file.ts';

/** A problem of a configuration, and its place in the file. Lines and columns count from 1. */
export interface LocatedIssue extends ConfigIssue {
  file: string;
  line: number;
  column: number;
  /** A line that mends it, ready to be pasted, where that is known. */
  mend?: Mend | undefined;
}

/** A config that was read and run; what it exports is not checked yet. */
export interface LoadedConfig {
  source: SourceFile;
  program: Program;
  exported: unknown;
}

/** Reads, parses and runs a config. Syntax is looked at first, so that an error has its line and column. */
export async function loadConfig(
  file: string,
): Promise<LoadedConfig | { issues: LocatedIssue[]; source?: SourceFile }> {
  const source = await readSource(file);
  if (!('text' in source)) return { issues: [fileIssue(file, { code: 'load', ...source })] };
  const parsed = parseSource(source);
  if ('problem' in parsed) {
    const { problem } = parsed;
    return { source, issues: [{ ...fileIssue(file, { code: 'syntax', ...problem }), ...problem }] };
  }
  const evaluation = await evaluate(source);
  if ('exported' in evaluation) return { source, program: parsed.program, exported: evaluation.exported };
  return { source, issues: [fileIssue(file, evaluation.problem)] };
}

function fileIssue(
  file: string,
  {
    code,
    message,
    hint,
    line = 1,
  }: Pick<ConfigIssue, 'code' | 'message' | 'hint'> & { line?: number | undefined },
): LocatedIssue {
  return { code, message, hint, file, line, column: 1, path: '', parts: [], severity: 'error' };
}
