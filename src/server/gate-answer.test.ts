import { describe, expect, it } from 'vitest';
import type { Decision } from '../gate/index.ts';
import { refuse } from './gate-answer.ts';

const decision: Decision = {
  allowed: false,
  verdict: 'limit',
  plan: 'free',
  standings: [],
  replayed: false,
  degraded: false,
  headers: {},
};

async function typeFor(accept: string): Promise<string> {
  const answer = await refuse(new Request('https://app.example.com', { headers: { accept } }), decision);
  return answer.headers.get('content-type')?.split(';')[0] ?? '';
}

describe('a refusal', () => {
  it.each([
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html'],
    ['TEXT/HTML; charset=utf-8; q=0.9, application/json; q=0.8', 'text/html'],
    ['application/json, text/html;q=0.9', 'application/problem+json'],
    ['text/html;q=0.5, application/vnd.api+json', 'application/problem+json'],
    ['*/*', 'application/problem+json'],
    ['text/html;q=0', 'application/problem+json'],
    ['text/html;q=x', 'application/problem+json'],
  ])('to a client that accepts %s is %s', async (accept, type) => expect(await typeFor(accept)).toBe(type));

  it('reads 15 kB of what a client accepts in a time that grows with their length alone', async () => {
    const before = process.cpuUsage();
    for (const accept of [
      'a'.repeat(15_000),
      `text/html${' '.repeat(15_000)}x`,
      'text/html;q='.repeat(1_200),
    ])
      for (let time = 0; time < 20; time += 1) await typeFor(accept);
    // The quadratic reading took eight seconds.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(3_000);
  });
});
