import { planOf } from '../../dashboard/index.ts';
import { findRuns, showRun } from '../../operations/index.ts';
import type { Plan } from '../../plan/index.ts';
import type { RunRecord } from '../../state/index.ts';
import type { Stage } from './parts.ts';

/** A run that is watched. */
export type WatchedRun = Awaited<ReturnType<typeof showRun>> & { plan: Plan | undefined };

/** What a page is drawn from. */
export interface Scene {
  /** The address: which run, table and event are chosen. */
  query: URLSearchParams;
  /** The newest first. */
  runs: RunRecord[];
  /** The one that was chosen, or the newest. */
  watched: WatchedRun | undefined;
}

const RUNS_SHOWN = 8;

/** Looks at the stack. A run that is not known is watched by nobody. */
export async function lookAround(query: URLSearchParams, stage: Stage): Promise<Scene> {
  const { operations, project } = stage;
  const { plans } = project().deployment;
  const runs = await findRuns({ limit: RUNS_SHOWN }, operations);
  const wanted = query.get('run') ?? runs[0]?.runId;
  const shown = wanted === undefined ? undefined : await showRun(wanted, operations).catch(() => undefined);
  return { query, runs, watched: shown && { ...shown, plan: planOf(shown.run, plans) } };
}
