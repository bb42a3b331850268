import type { Command } from 'commander';
import { buildProject, shownPath } from '../../project/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { printIssues } from '../print-issues.ts';
import { summaryOf } from './check.ts';

/** `skene build [path] [--out dir] [--json]` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option('--out <dir>', 'where the modules go; compiled/ beside the config unless told')
    .option('--json', 'print one JSON document: { file, ok, issues, written }')
    .addHelpText('after', '\nExamples:\n  skene build\n  skene build --out build/skene')
    .action(async (path: string, { out, json = false }: { out?: string; json?: boolean }) => {
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
    });
}
