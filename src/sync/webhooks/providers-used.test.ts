import { describe, expect, it } from 'vitest';
import { compileConfig } from '../../compile/index.ts';
import { type LoopInput, resolveConfig } from '../../config/index.ts';
import { readResend } from '../../sources/resend.ts';
import { providersUsed } from './providers-used.ts';

const email = {
  type: 'email',
  template: 'activation_welcome',
  personalization: { name: 'Ada', activationLink: 'https://example.com' },
} as const;
const loop = (step: LoopInput['steps'][number]): LoopInput => ({
  id: 'welcome',
  type: 'activation',
  opinion: 'Somebody who begins soon stays',
  steps: [step],
});
const used = (...loops: LoopInput[]) => providersUsed(compileConfig(resolveConfig({ loops })));

describe('providersUsed', () => {
  it('asks nothing of Clerk and Stripe where no loop is about them', () => {
    const own = loop({
      trigger: { type: 'database', table: 'users', event: 'insert' },
      condition: { type: 'event', name: 'project.created', timeout: '1d' },
      action: email,
    });
    expect(Object.keys(used(own))).toEqual(['resend']);
  });

  it('asks each for the events that start a loop, that it waits for, and that are its goal, each once', () => {
    const told = used({
      ...loop({
        trigger: { type: 'webhook', provider: 'clerk', event: 'user.created' },
        condition: { type: 'event', name: 'stripe.charge.refunded', timeout: '1d' },
        action: email,
      }),
      goal: { event: 'clerk.session.created' },
    });
    expect(told.clerk).toEqual(['session.created', 'user.created', 'user.deleted', 'user.updated']);
    expect(told.stripe).toContain('charge.refunded');
    expect(told.stripe).toContain('customer.subscription.updated');
  });

  it('asks Stripe wherever a loop goes by what somebody pays for', () => {
    const paid = loop({ trigger: { type: 'event', name: 'subscription.churned' }, action: email });
    expect(used(paid).stripe).toContain('customer.subscription.deleted');
  });

  it('asks Resend for every report that is read, and for no other', () => {
    const own = loop({ trigger: { type: 'event', name: 'project.created' }, action: email });
    const reports = [
      'email.sent',
      'email.delivered',
      'email.delivery_delayed',
      'email.opened',
      'email.clicked',
      'email.bounced',
      'email.complained',
      'email.failed',
      'email.received',
    ];
    const isRead = (type: string) =>
      readResend({ type, data: { to: 'ada@example.com' } }, { at: 0 }).email !== undefined;
    expect(used(own).resend).toEqual(reports.filter(isRead).sort());
  });
});
