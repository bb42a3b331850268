import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createClock } from '../clock.ts';
import { createAgenda } from './agenda.ts';

describe('the agenda', () => {
  it('runs what was not cancelled, by time and then in the order it was made', async () => {
    const entry = fc.record({ at: fc.integer({ min: 1, max: 20 }), cancelled: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 50 }), async (entries) => {
        const clock = createClock({ frozen: true, start: 0 });
        const agenda = createAgenda(clock);
        const ran: number[] = [];
        const appointments = entries.map(({ at }, index) => agenda.add(at, () => ran.push(index)));
        appointments.forEach((appointment, index) => {
          if (entries[index]?.cancelled) agenda.cancel(appointment);
        });
        await clock.advance(20);
        const expected = entries
          .map(({ at, cancelled }, index) => ({ at, cancelled, index }))
          .filter(({ cancelled }) => !cancelled)
          .sort((a, b) => a.at - b.at || a.index - b.index);
        expect(ran).toEqual(expected.map(({ index }) => index));
        expect(clock.next()).toBeUndefined();
      }),
    );
  });

  it('takes appointments made and cancelled while one runs', async () => {
    const clock = createClock({ frozen: true, start: 0 });
    const agenda = createAgenda(clock);
    const ran: string[] = [];
    const later = agenda.add(5, () => ran.push('later'));
    agenda.add(5, () => ran.push('kept'));
    agenda.add(1, () => {
      agenda.cancel(later);
      agenda.add(1, () => ran.push('at once'));
    });
    await clock.advance(10);
    expect(ran).toEqual(['at once', 'kept']);
  });

  it('runs nothing once it was stopped', async () => {
    const clock = createClock({ frozen: true, start: 0 });
    const agenda = createAgenda(clock);
    let ran = 0;
    agenda.add(1, () => {
      ran += 1;
    });
    agenda.stop();
    await clock.advance(10);
    expect([ran, clock.next()]).toEqual([0, undefined]);
  });
});
