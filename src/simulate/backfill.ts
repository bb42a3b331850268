import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../databases/index.ts';
import { acceptEvents, type Services } from '../intake/index.ts';
import type { Deployment, Plan } from '../plan/index.ts';
import { readEntries } from './rows.ts';
import { watchOf } from './simulate.ts';

/** How far a backfill is. */
export interface BackfillProgress {
  /** Rows that were looked at. */
  rows: number;
  started: number;
  /** Of these rows, those whose run had been started before. */
  known: number;
}

/** What a backfill came to. */
export interface Backfill extends BackfillProgress {
  /** Every row was looked at; else it goes on from here the next time. */
  isWhole: boolean;
}

/** What a backfill needs. */
export interface BackfillOptions {
  deployment: Deployment;
  database: Database;
  services: Services;
  /** The most runs that are started in a second. */
  rate: number;
  /** The most rows that are looked at this time. */
  limit: number;
  /** Begins with the first row again; else goes on where the last backfill of the loop ended. */
  restart: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: BackfillProgress) => void) | undefined;
}

/** Rows that are handed in at once: what can be lost of the place in the table is handed in again, and starts nothing twice. */
const MOST_AT_ONCE = 100;

/**
 * Starts a loop for rows that were written before it watched their table. How far it is, is kept in Redis: one that is stopped goes on.
 * @throws {EnvError} USAGE when the loop is not started by new rows.
 */
export async function backfill(plan: Plan, options: BackfillOptions): Promise<Backfill> {
  const { deployment, database, services, rate, limit, signal, onProgress } = options;
  const watch = watchOf(plan, deployment);
  const { cursors } = services.state;
  const key = `backfill|${plan.loop}|${plan.entry}`;
  const progress: BackfillProgress = { rows: 0, started: 0, known: 0 };
  let after = options.restart ? undefined : (await cursors.get(key))?.cursor;
  while (progress.rows < limit && !signal?.aborted) {
    const began = performance.now();
    const size = Math.min(MOST_AT_ONCE, rate, limit - progress.rows);
    const page = await readEntries(database, { plan, watch, now: services.now() }, { after, limit: size });
    const events = page.entries.map(({ event }) => event);
    const alone = { ...deployment, plans: [plan] };
    const { started, known, refused } = await acceptEvents(events, { deployment: alone, services });
    if (refused[0] !== undefined)
      throw new Error(`QStash refused ${refused.length} runs: ${refused[0].reason}`);
    progress.rows += size;
    progress.started += started.length;
    progress.known += known.length;
    onProgress?.({ ...progress });
    if (page.last !== undefined) await cursors.set(key, page.last, services.now());
    if (page.isLast) return { ...progress, isWhole: true };
    after = page.last;
    await sleep(Math.max(0, (started.length / rate) * 1_000 - (performance.now() - began)), undefined, {
      signal,
    }).catch(() => undefined);
  }
  return { ...progress, isWhole: false };
}
