import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { createTerminal } from '../../../src/cli/terminal.ts';
import { USUAL_PRICES } from '../../../src/estimate/index.ts';

const config = 'test/fixtures/seeds/nestjs-postgres-stripe.skene.config.ts';
const folder = mkdtempSync(join(tmpdir(), 'skene-estimate-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function estimate(...args: string[]): Promise<{ code: number; out: string; note: string }> {
  const written = { out: '', note: '' };
  const into = (name: 'out' | 'note') => ({ write: (text: string) => (written[name] += text) });
  const terminal = createTerminal({ stdout: into('out'), stderr: into('note'), env: { NO_COLOR: '1' } });
  return { code: await run(['estimate', ...args], { terminal, version: '0.0.0' }), ...written };
}

describe('skene estimate', () => {
  it('says what a month comes to, at prices of which day, and which limits are hit', async () => {
    const { code, out } = await estimate(config, '--users', '100000', '--dormant', '5%');
    expect(code).toBe(0);
    expect(out).toMatch(/^retention +30 +90 +[\d,]+ +5,000$/m);
    expect(out).toMatch(/^Resend +5,000 +emails +Pro +20\.00$/m);
    expect(out).toContain('! Resend, Free: 100 emails a day; there are 5,000 on the busiest');
    expect(out).toContain('What is taken to be so:');
    expect(out).toContain(`Prices of ${USUAL_PRICES.date}`);
  });

  it('takes prices of your own, and prints them with its JSON', async () => {
    const { out: printed } = await estimate('--print-prices');
    const prices = JSON.parse(printed) as typeof USUAL_PRICES;
    const own = { ...prices, emails: { ...prices.emails, plans: [{ name: 'Ours', monthly: 7 }] } };
    const file = join(folder, 'prices.json');
    writeFileSync(file, JSON.stringify(own));
    const { out } = await estimate(config, '--users', '100000', '--prices', file, '--json');
    const found = JSON.parse(out) as { emails: number; bills: object[]; prices: object };
    expect(found.emails).toBe(5_000);
    expect(found.bills.at(-1)).toMatchObject({ service: 'Resend', plan: 'Ours', dollars: 7 });
    expect(found.prices).toEqual(own);
  });

  it.each([
    [['--dormant', '150%'], 'Write a share'],
    [['--signups', 'many'], 'Write a whole number'],
    [['--starts', 'retention'], 'Write loop=number'],
    [[config, '--starts', 'nothing=3'], 'No loop is called "nothing"'],
    [[config, '--prices', join(folder, 'none.json')], 'cannot be read'],
  ])('refuses %j as called wrongly', async (args, said) => {
    const { code, note } = await estimate(...args);
    expect(code).toBe(2);
    expect(note).toContain(said);
  });
});
