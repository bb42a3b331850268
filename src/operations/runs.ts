import type { Env } from '../env/index.ts';
import { EnvError } from '../errors/index.ts';
import {
  createDeadLetters,
  createQueue,
  type DeadLetter,
  type DeadLetters,
  type Queue,
  type StepLog,
} from '../runs/index.ts';
import { createState, type RunRecord, type State } from '../state/index.ts';

/** What is needed to look at runs and to take them in hand. */
export interface Operations {
  state: State;
  queue: Queue;
  deadLetters: DeadLetters;
}

/** Connects to the deployment that an environment names; nothing is sent until first used. */
export function createOperations(env: Pick<Env, 'redis' | 'namespace' | 'qstash'>): Operations {
  return {
    state: createState({ ...env.redis, namespace: env.namespace }),
    queue: createQueue(env.qstash),
    deadLetters: createDeadLetters(env.qstash),
  };
}

/** Where a run is: `under way` (waiting, most of the time), given up, taken back by hand, or at its end. */
export type RunState = 'under way' | 'failed' | 'cancelled' | 'ended';

/** Which runs: whatever is left out fits. */
export interface RunFilter {
  loop?: string | undefined;
  subject?: string | undefined;
  state?: RunState | undefined;
  /** The most runs. */
  limit: number;
  /** How many that fit to pass over; none unless told. */
  from?: number | undefined;
}

/** How far back is looked for runs that fit; about as many as are kept. */
const MOST_LOOKED_AT = 10_000;

/** The newest runs that fit, the newest first. */
export async function findRuns(
  { loop, subject, state, limit, from = 0 }: RunFilter,
  operations: Operations,
): Promise<RunRecord[]> {
  const { runLog } = operations.state;
  const isNarrow = loop !== undefined || state !== undefined;
  if (!isNarrow && subject === undefined) return runLog.list(limit, from);
  const runs = subject === undefined ? await runLog.list(MOST_LOOKED_AT) : await runLog.ofSubject(subject);
  return runs
    .filter(
      (run) => (loop === undefined || run.loop === loop) && (state === undefined || stateOf(run) === state),
    )
    .slice(from, from + limit);
}

/** Where a run is, by what is written of it. */
export function stateOf({ facts, endedAt }: RunRecord): RunState {
  if (facts.some(({ outcome }) => outcome === 'cancelled')) return 'cancelled';
  if (endedAt === undefined) return 'under way';
  return facts.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'ended';
}

/** A run, the steps QStash took for it, and why it was given up, where it was. */
export async function showRun(
  runId: string,
  operations: Operations,
): Promise<{ run: RunRecord; steps: StepLog[]; deadLetter: DeadLetter | undefined }> {
  const run = await requireRun(runId, operations);
  const [steps, deadLetter] = await Promise.all([
    Promise.all(workflowRunsOf(run).map((id) => operations.deadLetters.stepsOf(id))),
    stateOf(run) === 'failed' ? operations.deadLetters.find(workflowRunsOf(run)) : undefined,
  ]);
  return { run, steps: steps.flat(), deadLetter };
}

/**
 * Goes on with a run that was given up, from the step that failed: what was done before is not done again.
 * @returns the id under which QStash goes on.
 * @throws {EnvError} USAGE when there is no such run, or nothing of it to resume.
 */
export async function resumeRun(runId: string, operations: Operations): Promise<string> {
  const run = await requireRun(runId, operations);
  const deadLetter = await operations.deadLetters.find(workflowRunsOf(run));
  if (deadLetter === undefined)
    throw new EnvError('USAGE', `${runId} was not given up: there is nothing to resume.`, {
      hint: `It is ${stateOf(run)}; a dead letter is kept for as long as the Upstash plan says.`,
    });
  const { runLog } = operations.state;
  await runLog.noteTakenUp(run);
  let resumedAs: string;
  try {
    resumedAs = await operations.deadLetters.resume(deadLetter.dlqId);
  } catch (error) {
    await runLog.noteNotTakenUp(run);
    throw error;
  }
  await runLog.noteResumed(run, resumedAs);
  return resumedAs;
}

/**
 * Ends a run that is under way.
 * @throws {EnvError} USAGE when there is no such run, or it is over.
 */
export async function cancelRun(runId: string, now: number, operations: Operations): Promise<void> {
  const run = await requireRun(runId, operations);
  if (stateOf(run) !== 'under way') throw new EnvError('USAGE', `${runId} is over: it is ${stateOf(run)}.`);
  await operations.queue.cancel(workflowRunsOf(run));
  const { loop, subject } = run;
  await operations.state.runLog.record([
    {
      runId,
      loop,
      subject,
      outcome: 'cancelled',
      step: '',
      at: now,
      detail: { reason: 'by hand' },
      final: true,
    },
  ]);
  await Promise.all([
    operations.state.waits.drop(subject, workflowRunsOf(run)),
    operations.state.claims.settle([runId], 'ended'),
  ]);
}

async function requireRun(runId: string, { state }: Operations): Promise<RunRecord> {
  const run = await state.runLog.find(runId);
  if (run !== undefined) return run;
  throw new EnvError('USAGE', `No run is called ${runId}.`, { hint: 'List them with: skene runs list' });
}

const workflowRunsOf = ({ runId, resumedAs }: RunRecord): string[] =>
  resumedAs === undefined ? [runId] : [runId, resumedAs];
