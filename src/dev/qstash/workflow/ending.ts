import type { Engine } from '../engine.ts';
import type { StoreRecord } from '../state.ts';
import { appendStep } from './append.ts';
import type { Run } from './run.ts';

/** How a run ended. */
export type Ending = Omit<Extract<StoreRecord, { type: 'ended' }>, 'type' | 'runId' | 'at'>;

/** Ends a run: nothing of it is delivered or waits any longer, and the run that invoked it learns the result. */
export function endRun(engine: Engine, run: Run, ending: Ending): void {
  if (run.invoker !== undefined) answerInvoker(engine, run, ending);
  for (const id of run.pending) {
    // What calls the failure function outlives its run.
    if (engine.store.state.messages.get(id)?.kind !== 'failure') engine.dispatcher.cancel(id);
  }
  for (const waiter of run.waiters) {
    const timer = engine.waitTimers.get(waiter);
    if (timer !== undefined) engine.agenda.cancel(timer);
    engine.waitTimers.delete(waiter);
  }
  engine.store.commit({ type: 'ended', runId: run.id, at: engine.clock.now(), ...ending });
}

function answerInvoker(engine: Engine, run: Run, { state, response }: Ending): void {
  const { invoker } = run;
  const parent = invoker === undefined ? undefined : engine.store.state.runs.get(invoker.runId);
  if (invoker === undefined || parent === undefined) return;
  const succeeded = state === 'RUN_SUCCESS';
  const out = {
    ...(succeeded ? { body: response ?? '' } : {}),
    isFailed: state === 'RUN_FAILED',
    isCanceled: state === 'RUN_CANCELED',
  };
  const step = { ...invoker.step, out: JSON.stringify(out) };
  appendStep(engine, parent, { step, body: JSON.stringify(step), notBefore: 0 });
}
