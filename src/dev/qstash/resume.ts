import type { Engine } from './engine.ts';
import { armSchedule } from './schedules.ts';
import { armWaiter } from './workflow/waiters.ts';

/**
 * Takes up, after the journal was read, what the state says is under way: every message that had been accepted and not
 * finished is delivered (again, if need be), waits run out and schedules tick. Ticks missed while the server was down
 * stay missed.
 */
export function resume(engine: Engine): void {
  const { messages, waiters, schedules } = engine.store.state;
  for (const message of messages.values()) engine.dispatcher.schedule(message);
  for (const waiting of waiters.values()) for (const waiter of waiting) armWaiter(engine, waiter);
  for (const schedule of schedules.values()) armSchedule(engine, schedule.id);
}
