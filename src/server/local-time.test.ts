import { describe, expect, it } from 'vitest';
import { createEnv } from '../env/index.ts';
import { createLocalClock, LOCAL_TIME_HEADER } from './local-time.ts';

const DAY_MS = 86_400_000;
const call = (time: string) => new Request('http://app', { headers: { [LOCAL_TIME_HEADER]: time } });
const hoursAhead = (clock: { now(): number }) => Math.round((clock.now() - Date.now()) / 3_600_000) + 0;
const clockWith = (url: string | undefined) => createLocalClock(createEnv({ QSTASH_URL: url }));

describe('the clock of mounted functions', () => {
  it.each(['http://127.0.0.1:8080', 'http://localhost:8080/', 'http://[::1]:8080'])(
    'goes by what the local stack at %s tells, until it tells otherwise',
    (url) => {
      const clock = clockWith(url);
      clock.hear(call(String(Date.now() + DAY_MS)));
      expect(hoursAhead(clock)).toBe(24);
      clock.hear(new Request('http://app'));
      expect(hoursAhead(clock)).toBe(24);
      clock.hear(call(String(Date.now())));
      expect(hoursAhead(clock)).toBe(0);
    },
  );

  it.each([undefined, 'https://qstash.upstash.io', 'https://127.0.0.1.example.com'])(
    'is the machine’s, whatever a call tells, where QStash is %s',
    (url) => {
      const clock = clockWith(url);
      clock.hear(call(String(Date.now() + DAY_MS)));
      expect(hoursAhead(clock)).toBe(0);
    },
  );

  it('passes over what is no time', () => {
    const clock = clockWith('http://127.0.0.1:8080');
    clock.hear(call('tomorrow'));
    expect(hoursAhead(clock)).toBe(0);
  });
});
