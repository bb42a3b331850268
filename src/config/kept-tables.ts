import * as z from 'zod';
import { Column, Identifier } from './formats.ts';

/** Where it is written down how much everybody has used; `false` for nowhere. */
export const UsageTable = z
  .union([
    z.literal(false),
    z.strictObject({
      table: Identifier.default('usage'),
      columns: z
        .strictObject({
          subject: Column.default('user_id'),
          /** The loop and its step. */
          feature: Column.default('feature'),
          periodStart: Column.default('period_start'),
          periodEnd: Column.default('period_end'),
          used: Column.default('used'),
          /** Grows with every change, so that an older count never overwrites a newer one. */
          version: Column.default('version'),
          updatedAt: Column.default('updated_at'),
        })
        .prefault({}),
    }),
  ])
  .prefault({});

/** Where it is written down what everybody subscribes to; `false` for nowhere. */
export const SubscriptionsTable = z
  .union([
    z.literal(false),
    z.strictObject({
      table: Identifier.default('subscriptions'),
      columns: z
        .strictObject({
          customer: Column.default('customer_id'),
          subject: Column.default('user_id'),
          plan: Column.default('plan'),
          status: Column.default('status'),
          periodStart: Column.default('current_period_start'),
          periodEnd: Column.default('current_period_end'),
          version: Column.default('version'),
          updatedAt: Column.default('updated_at'),
        })
        .prefault({}),
    }),
  ])
  .prefault({});
