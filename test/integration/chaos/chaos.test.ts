import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { allKinds, countKinds } from '../../chaos/faults.ts';
import { historyOf, liveRound, type Round } from '../../chaos/round.ts';
import type { Tamper } from '../../chaos/world.ts';
import { hasPostgres, type PostgresServer, startPostgres } from '../../servers/postgres.ts';

/** The short form of `npm run chaos`: see docs/chaos.md. */
describe.skipIf(!hasPostgres('the fault suite'))('a deployment under faults', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
    // What is said of every fault is read by nobody.
    for (const method of ['error', 'warn'] as const) vi.spyOn(console, method).mockReturnValue();
  });
  afterAll(() => postgres.close());

  const live = async (
    seed: number,
    more: { people: number; stormHours: number; tamper?: Tamper },
  ): Promise<Round> =>
    liveRound({
      rates: { call: 0.2, delivery: 0.5, cable: 0.06, kill: 0.015 },
      ...more,
      seed,
      databaseUrl: await postgres.createDatabase(),
    });

  it('loses nothing, does nothing twice, and comes to an end', async () => {
    const rounds = await Promise.all([1, 2].map((seed) => live(seed, { people: 8, stormHours: 4 })));
    for (const { seed, violations } of rounds) expect({ seed, violations }).toEqual({ seed, violations: [] });
    const kinds = Object.keys(countKinds(rounds.flatMap(({ injected }) => injected)));
    // Each service, and each way of going wrong; not each of the one with each of the other.
    const parts = (index: number, names: readonly string[]) => [
      ...new Set(names.map((kind) => kind.split(': ')[index] ?? '')),
    ];
    for (const part of [0, 1])
      expect(parts(part, kinds)).toEqual(expect.arrayContaining(parts(part, allKinds())));
    expect(rounds.reduce((sum, { injected }) => sum + injected.length, 0)).toBeGreaterThan(300);
  }, 300_000);

  it('is seen through where the provider sends twice: who got which twice, by which seed, and what went wrong there', async () => {
    const twofold: Tamper = async (service, request, handle) => {
      if (service !== 'resend' || request.method !== 'POST') return handle(request);
      const [one, other] = [new Request(request.clone()), new Request(request)];
      for (const copy of [one, other]) copy.headers.delete('idempotency-key');
      await handle(one);
      return handle(other);
    };
    const { violations, injected } = await live(4, { people: 3, stormHours: 1, tamper: twofold });
    const twice = violations.filter(({ invariant }) => invariant === 'an email at most once');
    expect(twice.length).toBeGreaterThan(0);
    expect(twice.some((violation) => historyOf(violation, injected).length > 0)).toBe(true);
  }, 300_000);
});
