import type { Engine } from './engine.ts';
import { nextTick, parseCron } from './schedules.ts';

/** Something that is due later. */
export interface Upcoming {
  /** Ms since the epoch. */
  at: number;
  /** A wait whose time is up, a sleep that ends, an attempt that is made again, a message that was to be sent later, or a schedule's tick. */
  kind: 'wait' | 'sleep' | 'retry' | 'message' | 'tick';
  /** The run it is about; of a tick or message, where it goes. */
  runId?: string | undefined;
  url: string;
}

/** What is due later, the earliest first. */
export function upcomingOf({ store, clock }: Engine): Upcoming[] {
  const now = clock.now();
  const { waiters, messages, schedules } = store.state;
  const waits = [...waiters.values()].flatMap((set) =>
    [...set].map(({ runId, deadline, url }): Upcoming => ({ at: deadline, kind: 'wait', runId, url })),
  );
  const later = [...messages.values()]
    .filter(({ due }) => due > now)
    .map(({ due, attempts, runId, url }): Upcoming => {
      const kind = attempts > 0 ? 'retry' : runId === undefined ? 'message' : 'sleep';
      return { at: due, kind, runId, url };
    });
  const ticks = [...schedules.values()].flatMap(({ cron, paused, url }): Upcoming[] => {
    const at = paused ? undefined : nextTick(parseCron(cron), now);
    return at === undefined ? [] : [{ at, kind: 'tick', url }];
  });
  return [...waits, ...later, ...ticks].sort((one, other) => one.at - other.at);
}
