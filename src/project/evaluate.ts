import { messageOf } from '../errors/index.ts';
import { createImporter } from './importer.ts';
import type { SourceFile } from './source-file.ts';
import { watchLoading } from './watch-loading.ts';

/** How long a config may take to load, in seconds. It is a declaration; what takes longer waits for something. */
const LONGEST_LOAD_SECONDS = 10;

/** What a config exports, or why it could not be run. */
export type Evaluation =
  | { exported: unknown }
  | { problem: { code: 'load' | 'no_export'; message: string; hint: string; line?: number | undefined } };

/**
 * Runs a config and takes its default export. `@skene/sdk` is this very package, wherever the file lies; nothing of the author's build
 * is needed. A file that never comes to an end is given up after ten seconds.
 */
export async function evaluate(source: SourceFile): Promise<Evaluation> {
  const sdk: Record<string, unknown> = await import('../index.ts');
  const jiti = await createImporter(source.file, {
    moduleCache: false,
    fsCache: false,
    interopDefault: false,
    jsx: true,
    virtualModules: { '@skene/sdk': sdk },
  });
  const watch = watchLoading(source.file, LONGEST_LOAD_SECONDS);
  try {
    const module = await Promise.race([jiti.import<Record<string, unknown>>(source.file), watch.expired]);
    if (module === undefined) return { problem: tooSlow() };
    return takeDefault(module);
  } catch (error) {
    return { problem: loadProblem(error, source.file) };
  } finally {
    watch.stop();
  }
}

function takeDefault(module: Record<string, unknown>): Evaluation {
  if (module.default !== undefined) return { exported: module.default };
  const names = Object.keys(module);
  const found =
    names.length === 0 ? 'exports nothing' : `exports ${names.join(', ')}, but nothing as default`;
  return {
    problem: {
      code: 'no_export',
      message: found,
      hint: 'Write export default defineLoop({ ... }), or export default defineConfig({ ... }).',
    },
  };
}

function tooSlow(): Extract<Evaluation, { problem: unknown }>['problem'] {
  return {
    code: 'load',
    message: `did not finish loading within ${LONGEST_LOAD_SECONDS} seconds`,
    hint: 'A config only declares loops: take out what waits for something (await) at its top level.',
  };
}

function loadProblem(error: unknown, file: string): Extract<Evaluation, { problem: unknown }>['problem'] {
  const message = messageOf(error).split('\n')[0] ?? '';
  const missing = /Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1];
  const line = lineInStack(error, file);
  if (missing !== undefined) {
    return {
      code: 'load',
      message: `imports ${missing}, which cannot be found`,
      hint: 'Check the path, or install the package. A config needs nothing but @skene/sdk.',
      line,
    };
  }
  return {
    code: 'load',
    message: `threw while it was loaded: ${message}`,
    hint: 'Mend it at this line; a config is run once when it is checked, built and served.',
    line,
  };
}

/** The topmost line of the stack that lies in the config itself. */
function lineInStack(error: unknown, file: string): number | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const frame of stack.split('\n').slice(1)) {
    const at = frame.lastIndexOf(`${file}:`);
    const line = at === -1 ? undefined : /^(\d+)/.exec(frame.slice(at + file.length + 1))?.[1];
    if (line !== undefined) return Number(line);
  }
  return undefined;
}
