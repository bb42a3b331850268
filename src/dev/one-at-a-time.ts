/**
 * Makes work that may be asked for at any time run once at a time. A call resolves after a run that looked around after the call: the one
 * under way, if it looks once more, else one more run for all that were too late.
 * @param work calls `look` each time it is about to see anew what there is to do; it also looks when it begins.
 */
export function oneAtATime(work: (look: () => void) => Promise<void>): () => Promise<void> {
  let calls = 0;
  let running: { promise: Promise<void>; seen: number } | undefined;

  function begin(): { promise: Promise<void>; seen: number } {
    const run = { promise: Promise.resolve(), seen: calls };
    const look = (): void => {
      run.seen = calls;
    };
    run.promise = work(look).finally(() => {
      running = undefined;
    });
    running = run;
    return run;
  }

  return async () => {
    calls += 1;
    const call = calls;
    for (let run = running ?? begin(); ; run = running ?? begin()) {
      const outcome = await Promise.allSettled([run.promise]);
      if (run.seen < call) continue;
      if (outcome[0].status === 'rejected') throw outcome[0].reason;
      return;
    }
  };
}
