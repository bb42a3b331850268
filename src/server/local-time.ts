import type { Env } from '../env/index.ts';

/** In which the local stack tells an app that mounts the functions what time it is, ms since the epoch: its clock can be moved. */
export const LOCAL_TIME_HEADER = 'skene-local-time';

/** A clock that a local stack may set. */
export interface LocalClock {
  /** Ms since the epoch: the machine's time, moved as the stack's was when it called last. */
  now(): number;
  /** Takes the time that a call tells. */
  hear(request: Request): void;
}

/** The clock of functions that an app mounts. Where QStash is not on this machine, nobody can set it. */
export function createLocalClock(env: Pick<Env, 'read'>): LocalClock {
  let movedBy = 0;
  return {
    now: () => Date.now() + movedBy,
    hear({ headers }) {
      const told = Number(headers.get(LOCAL_TIME_HEADER) ?? Number.NaN);
      if (Number.isFinite(told) && isLoopback(env.read('QSTASH_URL'))) movedBy = told - Date.now();
    },
  };
}

function isLoopback(url: string | undefined): boolean {
  return url !== undefined && /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?:[:/]|$)/.test(url);
}
