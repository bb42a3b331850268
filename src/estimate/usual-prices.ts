import type { PriceTable } from './prices.ts';

/** List prices in US dollars, without tax and discounts. */
export const USUAL_PRICES: PriceTable = {
  date: '2026-11-21',
  assumptions: [
    "QStash's workflow steps and messages are billed as one count; an attempt that is repeated is another message.",
    'Commands inside a Redis script are billed like others. A database with read regions bills each write once more for each of them.',
    "Vercel's figure is for invocations alone: a seat of Pro is counted, the credit that comes with it, active CPU and memory are not.",
    "Vercel's Hobby plan is not for commercial use. That it includes 1,000,000 invocations is second hand; older pages say 100,000.",
    "Resend's Scale prices are second hand, of 2025 and of March 2026.",
    "Resend's plans between and beyond those listed are left out, and its thousands begun are not rounded up.",
    'Storage, bandwidth, the database and taxes are not counted.',
  ],
  messages: {
    name: 'Upstash QStash and Workflow',
    source: 'https://upstash.com/pricing/workflow',
    plans: [
      { name: 'Free', monthly: 0, perDay: 1_000, schedules: 10, longestWaitDays: 7 },
      {
        name: 'Pay as you go',
        monthly: 0,
        included: 0,
        beyond: { per: 100_000, price: 1 },
        schedules: 1_000,
        longestWaitDays: 365,
      },
      { name: 'Fixed 1M', monthly: 180, perDay: 1_000_000, schedules: 10_000 },
      { name: 'Fixed 10M', monthly: 420, perDay: 10_000_000, schedules: 50_000 },
    ],
  },
  commands: {
    name: 'Upstash Redis',
    source: 'https://upstash.com/docs/redis/overall/billing',
    plans: [
      { name: 'Free', monthly: 0, included: 500_000 },
      { name: 'Pay as you go', monthly: 0, included: 0, beyond: { per: 100_000, price: 0.2 } },
    ],
  },
  invocations: {
    name: 'Vercel Functions',
    source: 'https://vercel.com/docs/functions/usage-and-pricing',
    plans: [
      { name: 'Hobby', monthly: 0, included: 1_000_000 },
      { name: 'Pro', monthly: 20, included: 0, beyond: { per: 1_000_000, price: 0.6 } },
    ],
  },
  emails: {
    name: 'Resend',
    source: 'https://resend.com/docs/knowledge-base/account-quotas-and-limits',
    plans: [
      { name: 'Free', monthly: 0, included: 3_000, perDay: 100 },
      { name: 'Pro', monthly: 20, included: 50_000, beyond: { per: 1_000, price: 0.9 } },
      { name: 'Scale 100k', monthly: 90, included: 100_000, beyond: { per: 1_000, price: 0.9 } },
      { name: 'Scale 1M', monthly: 650, included: 1_000_000, beyond: { per: 1_000, price: 0.65 } },
    ],
  },
};
