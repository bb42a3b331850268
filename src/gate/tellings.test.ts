import { describe, expect, it } from 'vitest';
import type { Debt } from './debts.ts';
import type { Standing, UsageRow } from './decision.ts';
import type { Operation } from './operation.ts';
import type { Store } from './store.ts';
import { createTellings, type GateEvent } from './tellings.ts';

const rule = { name: 'loop/step', loop: 'loop', step: 'step', block: { message: 'No more.' } };
const standing = { rule, used: 5, limit: 5, periodStart: 0, resetAt: 60_000, sequence: 9 } as Standing;
const blocked = [{ kind: 'blocked', standing } as const];

function openTellings(options: { failures?: number } = {}) {
  let { failures = 0 } = options;
  const [acknowledged, owed]: [string[], Operation[]] = [[], []];
  const told: GateEvent[] = [];
  const rows: UsageRow[][] = [];
  const store = {
    run: async ({ text }: Operation) => void acknowledged.push(text),
    owe: ({ operation }: Debt) => void owed.push(operation),
    settled: async () => {},
  };
  const tellings = createTellings({
    store: store as unknown as Store,
    now: () => 0,
    onEvents: async (events) => {
      if (failures-- > 0) throw new Error('not accepted');
      told.push(...events);
    },
    onUsage: async (changed) => {
      if (failures-- > 0) throw new Error('not written');
      rows.push([...changed]);
    },
  });
  return { tellings, acknowledged, owed, told, rows };
}

describe('an event', () => {
  it('is told once, and acknowledged when it was accepted', async () => {
    const { tellings, told, acknowledged } = openTellings();
    for (let count = 0; count < 3; count += 1) tellings.raise('ada', 'hash', blocked);
    await tellings.settled();
    tellings.raise('ada', 'hash', blocked);
    tellings.again('ada', [standing]);
    await tellings.settled();
    expect(acknowledged).toEqual(['k 0']);
    expect(told).toMatchObject([
      {
        id: 'blocked:loop/step:0:ada',
        type: 'usage.blocked',
        subject: 'ada',
        data: { loop: 'loop', used: 5, limit: 5, resetAt: '1970-01-01T00:01:00.000Z', message: 'No more.' },
      },
    ]);
  });

  it('that was not accepted is told again at the next refusal, whether Redis is asked or not', async () => {
    const { tellings, told, acknowledged } = openTellings({ failures: 2 });
    tellings.raise('ada', 'hash', blocked);
    await tellings.settled();
    tellings.raise('ada', 'hash', blocked);
    await tellings.settled();
    expect([told.length, acknowledged.length]).toEqual([0, 0]);
    tellings.again('ada', [standing]);
    await tellings.settled();
    expect([told.length, acknowledged.length]).toEqual([1, 1]);
  });
});

describe('usage', () => {
  it('is told several changes at a time, of each counter the last', async () => {
    const { tellings, rows } = openTellings();
    for (const sequence of [3, 5, 4]) tellings.used('ada', [{ ...standing, used: sequence, sequence }]);
    tellings.used('bob', [standing]);
    await tellings.settled();
    expect(rows.map((batch) => batch.map(({ subject, used }) => [subject, used]))).toEqual([
      [
        ['ada', 5],
        ['bob', 5],
      ],
    ]);
  });

  it('that could not be written down is written when a later call is over, whatever that call used', async () => {
    const { tellings, rows } = openTellings({ failures: 1 });
    tellings.used('ada', [standing]);
    await tellings.settled();
    expect(rows).toEqual([]);
    await tellings.settled();
    await tellings.settled();
    expect(rows).toEqual([[{ ...standing, subject: 'ada' }]]);
  });

  it('without a limit is counted once a second for all calls, those given back taken off', async () => {
    const { tellings, owed } = openTellings();
    const operation: Operation = {
      hash: 'h',
      hold: 'r',
      rules: [standing.rule],
      form: 'f 1 900000 -',
      text: 'n',
    };
    for (const units of [1, 4, -1]) tellings.tally(operation, units, () => {});
    tellings.tally({ ...operation, hash: 'other' }, 1, () => {});
    tellings.tally({ ...operation, hash: 'other' }, -1, () => {});
    await tellings.settled();
    tellings.tally(operation, -2, () => {});
    await tellings.settled();
    expect(owed.map(({ hash, form }) => [hash, form])).toEqual([
      ['h', 'f 4 900000 -'],
      ['h', 'f -2 900000 -'],
    ]);
  });
});
