import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileConfig } from '../../src/compile/index.ts';
import { resolveConfig } from '../../src/config/index.ts';
import { DEV_SECRET, startStack } from '../../src/dev/index.ts';
import { builtInTemplates } from '../../src/email/index.ts';
import { type LoopInput, track } from '../../src/index.ts';
import { workflows } from '../../workflows/index.ts';
import type { OpenEngine } from './engine.ts';

const USERS = 40_000;

const loop = {
  id: 'bench',
  type: 'activation',
  opinion: 'Whoever goes on after the first step stays.',
  steps: [
    { trigger: { type: 'event', name: 'bench.begun' }, action: { type: 'custom', name: 'step' } },
    {
      condition: { type: 'event', name: 'bench.happened', timeout: '1d' },
      action: { type: 'custom', name: 'act' },
    },
  ],
} satisfies LoopInput;

/**
 * The same as a loop of Skene on the whole of `skene dev`, state on disk: events come in over HTTP, are claimed, matched and kept in Redis,
 * the subject is looked up in PostgreSQL, what each run came to is counted.
 */
export const open: OpenEngine = async (progress) => {
  const stateDir = mkdtempSync(join(tmpdir(), 'skene-bench-loop-'));
  const users = new Map<string, string>();
  const runs: string[] = [];
  /** The user whose run it is: one more for each. */
  const userOf = (run: string): string => {
    const known = users.get(run);
    if (known !== undefined) return known;
    const user = String(runs.push(run));
    users.set(run, user);
    return user;
  };
  const runOf = (user: string): string => runs[Number(user) - 1] ?? '';
  const resolved = resolveConfig({
    loops: [loop],
    actions: {
      step: ({ subject }: { subject: string }) => progress.stepped(runOf(subject)),
      act: ({ subject }: { subject: string }) => progress.acted(runOf(subject)),
    },
  });
  const quiet = () => {};
  const stack = await startStack({
    stateDir,
    ports: { functions: 0, qstash: 0, redis: 0, postgres: 0, inbox: 0 },
    project: { deployment: compileConfig(resolved), templates: builtInTemplates, actions: resolved.actions },
    workflows,
    log: () => ({ report: quiet, email: quiet, note: quiet, problem: console.error }),
  });
  await stack.postgres?.query(
    `insert into users (email, name) select 'user-' || id || '@example.com', 'User' from generate_series(1, ${USERS}) id`,
  );
  const events = { url: stack.env.functionsUrl, secret: DEV_SECRET };
  return {
    start: (run) => track({ name: 'bench.begun', subject: userOf(run) }, events),
    send: (run) => track({ name: 'bench.happened', subject: userOf(run) }, events),
    work: async () => ({ 'billed messages': stack.qstash.stats.billed }),
    async close() {
      await stack.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
};
