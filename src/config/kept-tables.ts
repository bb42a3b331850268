import * as z from 'zod';
import { Column, Identifier } from './formats.ts';

/** Where it is written down how much everybody has used; `false` for nowhere. */
export const UsageTable = z
  .union([
    z.literal(false),
    z.strictObject({
      /** The table in which usage is written down. */
      table: Identifier.default('usage'),
      columns: z
        .strictObject({
          /** Whose it is. */
          subject: Column.default('user_id'),
          /** The loop and its step. */
          feature: Column.default('feature'),
          /** When the period began. */
          periodStart: Column.default('period_start'),
          /** When it ends. */
          periodEnd: Column.default('period_end'),
          /** How many units were used in it. */
          used: Column.default('used'),
          /** Grows with every change, so that an older count never overwrites a newer one. */
          version: Column.default('version'),
          /** When the row was last written. */
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
      /** The table in which subscriptions are written down. */
      table: Identifier.default('subscriptions'),
      columns: z
        .strictObject({
          /** Stripe's customer. */
          customer: Column.default('customer_id'),
          /** The user. */
          subject: Column.default('user_id'),
          /** The plan they pay for. */
          plan: Column.default('plan'),
          /** The subscription's status at Stripe. */
          status: Column.default('status'),
          /** When the paid period began. */
          periodStart: Column.default('current_period_start'),
          /** When it ends. */
          periodEnd: Column.default('current_period_end'),
          /** Grows with every change, so that an older state never overwrites a newer one. */
          version: Column.default('version'),
          /** When the row was last written. */
          updatedAt: Column.default('updated_at'),
        })
        .prefault({}),
    }),
  ])
  .prefault({});
