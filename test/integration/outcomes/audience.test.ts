import { afterEach, describe, expect, it } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import { shareOf } from '../../../src/outcomes/index.ts';
import type { World } from '../../../src/testing/index.ts';
import { addActivity, addUsers, dormant } from '../retention/retention.ts';
import { openWorld, outcomesOf } from './outcomes-of.ts';

let world: World;
afterEach(() => world.close());

const [step] = dormant().steps;
if (step?.action.type !== 'email') throw new Error('The loop sends an email.');
const variants = [
  { id: 'short', subject: 'We miss you' },
  { id: 'long', subject: 'What you have missed' },
];
const campaign: LoopInput = {
  ...dormant(),
  id: 'win-back',
  holdout: 0.3,
  steps: [{ ...step, action: { ...step.action, variants } }],
};

const isHeld = (id: string) => shareOf('win-back/holdout', id) < 0.3;
/** They use the product again. */
const comeBack = (ids: readonly string[]) =>
  world.sql('update users set last_activity_at = now() where id::text = any($1::text[])', [ids]);

async function open(users: number): Promise<{ held: string[]; mailed: string[] }> {
  world = await openWorld(campaign);
  await addActivity(world);
  const ids = await addUsers(world, users, 8);
  return { held: ids.filter(isHeld), mailed: ids.filter((id) => !isHeld(id)) };
}

describe('a campaign for an audience', () => {
  it('withholds its email from the holdout, counts who comes back, and says what the email adds', async () => {
    const { held, mailed } = await open(150);
    await world.advance('1d');
    expect(world.emails).toHaveLength(mailed.length);
    expect(new Set(world.emails.map(({ subject }) => subject))).toEqual(
      new Set(['We miss you', 'What you have missed']),
    );
    await comeBack([...mailed.slice(0, 20), ...held.slice(0, 3)]);
    const messages = world.messages;
    await world.advance('1d');
    expect(world.messages - messages).toBe(3);

    const { entered, converted, outcomes, trial } = await outcomesOf(campaign, world);
    expect({ entered, converted }).toEqual({ entered: 150, converted: 23 });
    expect(outcomes).toMatchObject({ sent: mailed.length });
    expect(trial).toMatchObject({
      treated: { subjects: mailed.length, converted: 20 },
      heldOut: { subjects: held.length, converted: 3 },
      unmailed: 0,
    });
    expect(trial.uplift?.difference).toBeCloseTo(20 / mailed.length - 3 / held.length, 9);
    const [email] = trial.emails;
    expect(email?.variants.map(({ sent }) => sent).reduce((sum, sent) => sum + sent)).toBe(mailed.length);
    expect(email?.variants.map((one) => one.converted).reduce((sum, one) => sum + one)).toBe(20);

    await world.advance('1d');
    expect(world.emails).toHaveLength(mailed.length);
    expect((await outcomesOf(campaign, world)).converted).toBe(23);
  });

  it('counts a page once that the provider takes and does not answer for', async () => {
    const { held, mailed } = await open(20);
    world.stack.inbox.fail({ kind: 'answer-lost' }, 2);
    await world.advance('1d');
    const { trial, entered } = await outcomesOf(campaign, world);
    expect(entered).toBe(20);
    expect(world.emails).toHaveLength(mailed.length);
    expect([trial.treated.subjects, trial.heldOut.subjects]).toEqual([mailed.length, held.length]);
    for (const { id, subject } of variants)
      expect(trial.emails[0]?.variants.find(({ variant }) => variant === id)?.sent).toBe(
        world.emails.filter((email) => email.subject === subject).length,
      );
  });

  it('counts who opened and clicked, each once, for the variant they got', async () => {
    const { mailed } = await open(20);
    await world.advance('1d');
    const opened = world.emails.filter(({ subject }) => subject === 'We miss you').slice(0, 3);
    expect(opened).toHaveLength(3);
    for (const { to, tags, id } of [...opened, ...opened])
      await world.webhook.resend('email.opened', { email_id: id, to, tags });
    const [first] = opened;
    await world.webhook.resend('email.clicked', { email_id: first?.id, to: first?.to, tags: first?.tags });
    const { outcomes, trial } = await outcomesOf(campaign, world);
    expect(outcomes).toMatchObject({ sent: mailed.length, opened: 3, clicked: 1 });
    expect(trial.emails[0]?.variants).toMatchObject([
      { variant: 'short', opened: 3, clicked: 1 },
      { variant: 'long', opened: 0, clicked: 0 },
    ]);
  });

  it('counts an event of the app as coming back, and its next email is not sent to who has', async () => {
    const [first] = campaign.steps;
    if (first === undefined) throw new Error('The loop has a step.');
    const sequence: LoopInput = {
      ...campaign,
      holdout: 0,
      steps: [first, { delay: '2d', action: { ...first.action } }],
      frequency: { cap: 5, period: '1d' },
    };
    world = await openWorld(sequence);
    await addActivity(world);
    const [ada = '', eve = ''] = await addUsers(world, 2, 8);
    await world.advance('1d');
    expect(world.emails).toHaveLength(2);
    await world.track({ name: 'report.opened', subject: ada });
    await world.advance('3d');
    expect(world.emails).toHaveLength(3);
    const { reasons, trial } = await outcomesOf(sequence, world);
    expect(reasons['skipped: goal reached']).toBeGreaterThan(0);
    expect(trial.treated).toEqual({ subjects: 2, converted: 1 });
    await world.track({ name: 'report.opened', subject: eve });
    expect((await outcomesOf(sequence, world)).trial).toMatchObject({
      treated: { subjects: 2, converted: 2 },
      emails: [{ step: 'step-1' }, { step: 'step-2' }],
    });
  });
});
