import { setTimeout as sleep } from 'node:timers/promises';
import { findRuns, type Operations, type RunFilter } from '../operations/index.ts';
import { describeFact, timeOf } from './run-text.ts';
import type { Terminal } from './terminal.ts';

const PAUSE_MS = 1_000;
const LOOKED_AT = 200;

/** Prints what happens to runs from now on, a line each, until the process is told to stop. */
export async function followRuns(
  { json = false, ...filter }: Omit<RunFilter, 'limit'> & { json?: boolean },
  { operations, terminal }: { operations: Operations; terminal: Terminal },
): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const seen = new Set<string>();
  for (let round = 0; !stop.signal.aborted; round += 1) {
    for (const { runId, loop, subject, facts } of (
      await findRuns({ ...filter, limit: LOOKED_AT }, operations)
    ).reverse())
      for (const fact of facts) {
        const key = `${runId}|${fact.step}|${fact.outcome}`;
        if (seen.has(key)) continue;
        seen.add(key);
        if (round === 0) continue;
        terminal.out(
          json
            ? JSON.stringify({ runId, loop, subject, ...fact })
            : `${timeOf(fact.at)}  ${loop} for ${subject}  ${describeFact(fact)}`,
        );
      }
    await sleep(PAUSE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
}
