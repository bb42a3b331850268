import { describe, expect, it } from 'vitest';
import { priceUse } from './price-use.ts';
import { parsePrices } from './prices.ts';
import { USUAL_PRICES } from './usual-prices.ts';

describe('parsePrices', () => {
  it('takes the table that is built in', () => {
    expect(parsePrices(JSON.stringify(USUAL_PRICES), 'p.json')).toEqual(USUAL_PRICES);
  });

  it('says what is wrong with another, and where', () => {
    expect(() => parsePrices('{', 'p.json')).toThrow('p.json is not JSON');
    const table = {
      ...USUAL_PRICES,
      emails: { ...USUAL_PRICES.emails, plans: [{ name: 'A', monthly: '$3' }] },
    };
    expect(() => parsePrices(JSON.stringify(table), 'p.json')).toThrow(/emails\.plans\[0\]\.monthly/);
  });
});

describe('priceUse', () => {
  const { emails, messages, commands } = USUAL_PRICES;

  it.each([
    [{ perMonth: 2_000, perDay: 90 }, 'Free', 0],
    [{ perMonth: 2_000, perDay: 101 }, 'Pro', 20],
    [{ perMonth: 51_000, perDay: 2_000 }, 'Pro', 20.9],
    [{ perMonth: 200_000, perDay: 9_000 }, 'Pro', 155],
    [{ perMonth: 1_000_000, perDay: 40_000 }, 'Scale 1M', 650],
  ])('takes the cheapest plan for %j', (use, plan, dollars) => {
    expect(priceUse(emails, 'emails', use)).toMatchObject({ plan, dollars });
  });

  it('bills by use where that is cheaper than a flat price, and the flat price where it is not', () => {
    const at = (perDay: number) => priceUse(messages, 'messages', { perMonth: perDay * 30, perDay }).plan;
    expect([at(1_000), at(1_001), at(500_000), at(900_000)]).toEqual([
      'Free',
      'Pay as you go',
      'Pay as you go',
      'Fixed 1M',
    ]);
  });

  it('says which limit of which plan is hit', () => {
    expect(priceUse(commands, 'commands', { perMonth: 500_001, perDay: 20_000 })).toEqual({
      service: 'Upstash Redis',
      plan: 'Pay as you go',
      dollars: 1,
      limits: ['Upstash Redis, Free: 500,000 commands a month; there are 500,001'],
    });
  });

  it('names no plan where none carries the use', () => {
    const [free] = emails.plans;
    if (free === undefined) throw new Error('no plan');
    const bill = priceUse({ ...emails, plans: [free] }, 'emails', { perMonth: 5_000, perDay: 100 });
    expect(bill).toMatchObject({ plan: undefined, dollars: 0 });
  });
});
