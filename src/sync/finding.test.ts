import { afterEach, expect, it, vi } from 'vitest';
import { EnvError } from '../errors/index.ts';
import { look } from './finding.ts';

afterEach(() => vi.useRealTimers());

it('what a check answers is well, and what it throws is a problem with what to do', async () => {
  expect(await look('address', () => 'https://app.example.com')).toEqual([
    { name: 'address', state: 'ok', detail: 'https://app.example.com' },
  ]);
  const unset = () => {
    throw new EnvError('ENV_MISSING', 'SKENE_URL is not set.', { hint: 'Set it.' });
  };
  expect(await look('address', unset)).toEqual([
    { name: 'address', state: 'problem', detail: 'SKENE_URL is not set.', hint: 'Set it.' },
  ]);
});

it('what does not answer within eight seconds is a problem, and the rest is told all the same', async () => {
  vi.useFakeTimers();
  const seen = look('QStash', () => new Promise<string>(() => {}));
  await vi.advanceTimersByTimeAsync(8_000);
  expect(await seen).toEqual([
    { name: 'QStash', state: 'problem', detail: 'No answer within 8 s.', hint: undefined },
  ]);
});
