import { vi } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { createTerminal } from '../../../src/cli/terminal.ts';
import { devVariables } from '../../../src/dev/environment.ts';
import type { World } from '../../../src/testing/index.ts';

/** What a command said, and how it ended. */
export interface Answer {
  code: number;
  out: string;
  note: string;
}

/** Runs a command with these variables in its environment. */
export async function runCommand(variables: Record<string, string>, ...args: string[]): Promise<Answer> {
  const written = { out: '', note: '' };
  const into = (name: 'out' | 'note') => ({
    write(text: string) {
      written[name] += text;
    },
  });
  const terminal = createTerminal({ stdout: into('out'), stderr: into('note'), env: { NO_COLOR: '1' } });
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  try {
    return { code: await run(args, { terminal, version: '0.0.0' }), ...written };
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Runs a command against a world, as it would run against a deployment: told by the environment where that is. */
export function skene(world: World, ...args: string[]): Promise<Answer> {
  return runCommand(devVariables(world.stack.urls), ...args);
}
