import { describe, expect, it } from 'vitest';
import { type StepCount, WINDOW_PARTS } from '../state/index.ts';
import { chooseArm, evidenceOf } from './arms.ts';
import { createRandom, type Random } from './random.ts';
import { shareOf } from './share-of.ts';
import { type Uplift, upliftOf } from './uplift.ts';

const DAY = 86_400;
const WITHIN = 14 * DAY;
const DAYS = 60;

/** What is true of a campaign, and never known outside of simulations. */
interface Truth {
  /** The share of the untreated who reach the goal, and that of each arm. */
  base: number;
  arms: Record<string, number>;
  /** How long those who get there take on average, in days. */
  delays: Record<string, number>;
  holdout: number;
  perDay: number;
}

interface Campaign {
  uplift: Uplift | undefined;
  /** The share of the treated who would get there whatever the chance, less that of the untreated. */
  truth: number;
  mails: Record<string, number>;
}

/** What a page of emails is decided by. */
type Judge = typeof evidenceOf;

/** Mails somebody new `perDay` times a day for 60 days, and lets everybody get there, or not, in their own time. */
function simulate(seed: string, truth: Truth, judge: Judge = evidenceOf): Campaign {
  const random = createRandom(seed);
  const step: StepCount = {
    step: 's',
    arms: Object.keys(truth.arms).map((arm) => ({
      arm,
      mailed: 0,
      closed: 0,
      open: [],
      opened: 0,
      clicked: 0,
      converted: 0,
    })),
    delays: [],
  };
  const pending: Array<{ at: number; arm: string; part: number }> = [];
  const treated = { successes: 0, trials: 0 };
  const held = { successes: 0, trials: 0 };
  let promised = 0;
  const partOf = (at: number) => Math.floor((at * WINDOW_PARTS) / WITHIN);

  for (let day = 0; day < DAYS; day++) {
    const now = day * DAY;
    for (const arrival of pending.filter(({ at }) => at <= now)) {
      const arm = step.arms.find((one) => one.arm === arrival.arm);
      if (arm !== undefined) arm.converted += 1;
      step.delays[arrival.part] = (step.delays[arrival.part] ?? 0) + 1;
    }
    pending.splice(0, pending.length, ...pending.filter(({ at }) => at > now));
    const evidence = judge(step, { now: now * 1000, within: WITHIN });
    for (let person = 0; person < truth.perDay; person++) {
      if (shareOf(`${seed}/holdout`, `${day}/${person}`) < truth.holdout) {
        held.trials += 1;
        held.successes += random() < truth.base ? 1 : 0;
        continue;
      }
      const chosen = chooseArm(evidence, random) ?? '';
      const arm = step.arms.find((one) => one.arm === chosen);
      if (arm === undefined) throw new Error(`No arm ${chosen}.`);
      arm.mailed += 1;
      const bucket = arm.open.find(({ part }) => part === partOf(now));
      if (bucket === undefined) arm.open.push({ part: partOf(now), mails: 1 });
      else bucket.mails += 1;
      treated.trials += 1;
      promised += truth.arms[chosen] ?? 0;
      if (random() >= (truth.arms[chosen] ?? 0)) continue;
      treated.successes += 1;
      const delay = Math.min(-Math.log(1 - random()) * (truth.delays[chosen] ?? 1) * DAY, WITHIN - 1);
      pending.push({ at: now + delay, arm: chosen, part: partOf(delay) });
    }
  }
  return {
    uplift: upliftOf(treated, held),
    truth: promised / treated.trials - truth.base,
    mails: Object.fromEntries(step.arms.map(({ arm, mailed }) => [arm, mailed])),
  };
}

/** Some truth or other: shares from 2 to 30 %, effects from none to 15 points, a holdout of 10 to 40 %. */
function someTruth(random: Random): Truth {
  const between = (low: number, high: number) => low + random() * (high - low);
  const base = between(0.02, 0.3);
  const best = between(0.05, 0.15);
  return {
    base,
    arms: { a: base + best * between(0, 0.6), b: base + best, c: base + best * between(0, 0.6) },
    delays: { a: between(1, 5), b: between(1, 5), c: between(1, 5) },
    holdout: between(0.1, 0.4),
    perDay: Math.round(between(6, 24)),
  };
}

describe('a thousand simulated campaigns', () => {
  const random = createRandom('campaigns');
  const truths = Array.from({ length: 1_000 }, () => someTruth(random));
  const campaigns = truths.map((truth, index) => simulate(`campaign ${index}`, truth));

  const shareOfBest = ({ mails }: Campaign): number => (mails.b ?? 0) / sumOf(Object.values(mails));
  const isBestMailedMost = ({ mails }: Campaign): boolean =>
    (mails.b ?? 0) > Math.max(mails.a ?? 0, mails.c ?? 0);

  it('have the true uplift within their interval 93 to 97 % of the time', () => {
    const covered = campaigns.filter(
      ({ uplift, truth }) => uplift !== undefined && uplift.low <= truth && truth <= uplift.high,
    );
    expect(covered.length).toBeGreaterThanOrEqual(930);
    expect(covered.length).toBeLessThanOrEqual(970);
  });

  it('mail the best of three variants most, and nine times in ten where neither its lead nor the campaign is small', () => {
    const shares = campaigns.map(shareOfBest);
    const large = campaigns.filter((campaign, index) => {
      const { a = 0, b = 0, c = 0 } = truths[index]?.arms ?? {};
      return b - Math.max(a, c) > 0.05 && sumOf(Object.values(campaign.mails)) > 600;
    });
    expect(sumOf(shares) / shares.length).toBeGreaterThan(0.5);
    expect(campaigns.filter(isBestMailedMost).length).toBeGreaterThan(750);
    expect(large.length).toBeGreaterThan(100);
    expect(large.filter(isBestMailedMost).length / large.length).toBeGreaterThan(0.9);
  });
});

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
