import { describe, expect, it } from 'vitest';
import type { Plan, PlanEmail } from '../plan/index.ts';
import { actionFor, armAt, armsOf } from './assign.ts';

const email: PlanEmail = {
  type: 'email',
  template: 'own',
  subject: 'Own',
  personalization: { name: 'a', city: 'b' },
  kind: 'marketing',
  variants: [
    { id: 'bold', subject: 'Bold', pinned: false },
    { id: 'other', template: 'another', personalization: { city: 'c' }, pinned: false },
  ],
};
const custom = { type: 'custom', name: 'call', input: {} } as const;
const steps = [
  { id: 'one', delay: 0, action: email },
  { id: 'two', delay: 0, action: custom },
  { id: 'three', delay: 0, action: email },
];
const who = { subject: 'ada', episode: '1' };

describe('armsOf', () => {
  it('chooses for every step of an episode, and says nothing where there is nothing to choose', () => {
    const arms = armsOf({ steps } as Pick<Plan, 'steps'>, { armOf: ({ key }) => `of-${key}` }, who);
    expect([0, 1, 2, 3].map((step) => armAt(arms, step))).toEqual(['of-one', '', 'of-three', '']);
    expect(armsOf({ steps }, { armOf: () => '' }, who)).toBe('');
  });
});

describe('actionFor', () => {
  it('takes from the variant what it has, and the rest from the email', () => {
    expect(actionFor(email, 'bold')).toMatchObject({ arm: 'bold', template: 'own', subject: 'Bold' });
    expect(actionFor(email, 'other')).toMatchObject({
      template: 'another',
      subject: 'Own',
      personalization: { name: 'a', city: 'c' },
    });
  });

  it('leaves alone what has no variants, and an email whose variant is gone goes out as it is', () => {
    expect(actionFor(email, '')).toBe(email);
    expect(actionFor(custom, 'bold')).toBe(custom);
    expect(actionFor(email, 'gone')).toMatchObject({ template: 'own', subject: 'Own' });
  });
});
