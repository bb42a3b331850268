import { buildProject, shownPath } from '../../project/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printIssues } from '../print-issues.ts';
import { summaryOf } from './check.ts';

/** What `skene build` does. */
export async function handle(
  path: string,
  { out, json = false }: { out?: string; json?: boolean },
  { terminal, exit }: CommandContext,
): Promise<void> {
  loadEnvironment(path);
  const result = await buildProject({ file: path, outDir: out });
  const { file, issues, written } = result;
  const ok = written.length > 0;
  if (json) terminal.out(JSON.stringify({ file, ok, issues, written }, undefined, 2));
  else {
    printIssues(issues, terminal, { source: result.source });
    terminal.out(summaryOf(result));
    for (const module of written) terminal.out(`  ${shownPath(module, process.cwd())}`);
  }
  exit(ok ? EXIT.ok : EXIT.problems);
}
