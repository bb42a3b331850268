import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from './clock.ts';

/** Keeps how far a clock was moved in a file, so that a restarted stack goes on at the time it had reached. */
export function keepClock(clock: Clock, file: string | undefined): Clock {
  if (file === undefined) return clock;
  if (existsSync(file)) {
    const { movedBy } = JSON.parse(readFileSync(file, 'utf8')) as { movedBy: number };
    void clock.advance(Math.max(0, Date.now() + movedBy - clock.now()));
  }

  function save(): void {
    mkdirSync(dirname(file as string), { recursive: true });
    writeFileSync(file as string, JSON.stringify({ movedBy: clock.now() - Date.now() }));
  }
  return {
    ...clock,
    async advance(ms) {
      await clock.advance(ms);
      save();
    },
    async advanceToNext() {
      const moved = await clock.advanceToNext();
      save();
      return moved;
    },
  };
}
