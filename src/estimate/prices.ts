import * as z from 'zod';
import { EnvError } from '../errors/index.ts';

const Count = z.number().nonnegative();

const PriceSchema = z.strictObject({
  name: z.string(),
  /** Dollars a month, whatever is used. */
  monthly: Count,
  /** What a month includes; without limit where absent. */
  included: Count.optional(),
  /** What is used beyond that, in dollars; where absent the plan ends there. */
  beyond: z.strictObject({ per: z.number().positive(), price: Count }).optional(),
  /** The most in a day. */
  perDay: Count.optional(),
  /** The most schedules at QStash. */
  schedules: Count.optional(),
  /** The longest that a run may wait, in days. */
  longestWaitDays: Count.optional(),
});

const ServiceSchema = z.strictObject({
  name: z.string(),
  /** Where the figures stand. */
  source: z.string(),
  plans: z.array(PriceSchema).min(1),
});

const PriceTableSchema = z.strictObject({
  $schema: z.string().optional(),
  /** The day on which the figures were looked up. */
  date: z.iso.date(),
  /** What is not certain about them. */
  assumptions: z.array(z.string()),
  messages: ServiceSchema,
  commands: ServiceSchema,
  invocations: ServiceSchema,
  emails: ServiceSchema,
});

/** What the services cost, and where their plans end: in US dollars, as of a day. */
export type PriceTable = z.output<typeof PriceTableSchema>;

/** One service of a {@link PriceTable}. */
export type Service = z.output<typeof ServiceSchema>;

/** One plan of a {@link Service}. */
export type Price = z.output<typeof PriceSchema>;

/** Reads a price table that somebody wrote. @throws {EnvError} USAGE, which says what is wrong with it. */
export function parsePrices(text: string, file: string): PriceTable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EnvError('USAGE', `${file} is not JSON.`, { hint: HINT, cause });
  }
  const result = PriceTableSchema.safeParse(value);
  if (result.success) return result.data;
  throw new EnvError('USAGE', `${file} is not a price table:\n${z.prettifyError(result.error)}`, {
    hint: HINT,
  });
}

const HINT = 'Begin with the table that is built in: skene estimate --print-prices > prices.json';
