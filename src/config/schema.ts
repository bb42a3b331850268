import * as z from 'zod';
import { parseDuration } from './duration.ts';
import { Column, CronExpression, Duration, Glob, Identifier, Link, TimeZone, Vocabulary } from './formats.ts';
import { SubscriptionsTable, UsageTable } from './kept-tables.ts';

/**
 * The loop language. Types are inferred from these schemas, so that an editor completes what `skene check` accepts.
 * A custom issue carries `params.issue` (its stable code) and `params.hint` (what to write instead).
 */

const Id = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, {
  error: 'is not an id; write up to 64 letters, digits, dashes and underscores',
});
const KeyPattern = z.string().regex(/^(?=[^{}\s]*\{\w+\})(?!\{\w+\}$)[^{}\s]*\{\w+\}[^{}\s]*$/, {
  error: 'is not the key of a row; write its id between braces, such as users:{id}',
});
const IndexKey = z.string().regex(/^[^{}\s]*(?:\{\w+\}[^{}\s]*)?$/, {
  error:
    'is not the key of an index; write user:{user_id}:actions for the rows of each value, or users:by_time for a sorted set of all',
});
const Share = z.number().min(0).max(1);
const Text = z.string().min(1);
const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const DatabaseTrigger = z.strictObject({
  type: z.literal('database'),
  /** Whose rows start a run. */
  table: Identifier,
  /** What happens to the row. */
  event: z.enum(['insert', 'update', 'delete']),
  /** Columns that must have these values for the row to start a run. */
  where: z.record(Column, Scalar).optional(),
});
const ApiTrigger = z.strictObject({
  type: z.literal('api'),
  /** The path of the route that is called. */
  endpoint: Glob,
  /** The method it is called with; `*` for any. */
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', '*']).default('*'),
});
const ScheduleTrigger = z.strictObject({
  type: z.literal('schedule'),
  /** When it ticks. */
  cron: CronExpression,
  /** By whose clock. */
  timezone: TimeZone.default('UTC'),
});
const WebhookTrigger = z.strictObject({
  type: z.literal('webhook'),
  /** Who sends the webhook. */
  provider: z.enum(['clerk', 'stripe', 'nextauth']),
  /** The event as its provider calls it, such as `user.created`. */
  event: Text,
});
const EventTrigger = z.strictObject({
  type: z.literal('event'),
  /** What `track()` calls it, such as `project.created`. */
  name: Text,
});

export const TriggerSchema = z.discriminatedUnion('type', [
  DatabaseTrigger,
  ApiTrigger,
  ScheduleTrigger,
  WebhookTrigger,
  EventTrigger,
]);
TriggerSchema.register(Vocabulary, { id: 'Trigger', description: 'what starts a run' });
/** What starts a run. */
export type Trigger = z.output<typeof TriggerSchema>;

const QueryCondition = z.strictObject({
  type: z.literal('query'),
  /** One read-only SELECT; `$1` is the subject's id on every database. */
  query: Text,
  /** How long to wait for a row; without a subject (`schedule`) how long one pass may take. */
  timeout: Duration.default('1d'),
});
const UsageCondition = z.strictObject({
  type: z.literal('usage'),
  /** How many units each plan includes per period; `Infinity` for no limit. */
  limit: z.record(z.string(), z.union([z.int().nonnegative(), z.literal(Number.POSITIVE_INFINITY)])),
  /** `30d` rolls from the first use, `month` is the calendar month, `billing` the Stripe period. */
  period: z.union([z.enum(['hour', 'day', 'week', 'month', 'year', 'billing']), Duration]),
  /** By whose clock periods of the calendar begin. */
  timezone: TimeZone.default('UTC'),
  /** Raises an event at this share of the limit, so that a loop can write before the wall. */
  warnAt: Share.optional(),
  /** What to answer while Redis cannot be reached. */
  onUnavailable: z.enum(['allow-bounded', 'deny', 'sql']).default('allow-bounded'),
});
const ActivityCondition = z.strictObject({
  type: z.literal('activity'),
  /** What people do, a row each. */
  table: Identifier,
  /** The share by which activity must have dropped: 0.8 is "down 80 %". */
  drop: Share.default(0.8),
  /** The time that is looked at. */
  window: Duration.default('7d'),
  /** The time before it that it is compared with. */
  baseline: Duration.default('28d'),
  /** How long one pass may take. */
  timeout: Duration.default('10m'),
});
const EventCondition = z.strictObject({
  type: z.literal('event'),
  /** What it waits for, as `track()` calls it. */
  name: Text,
  /** What the event's data must have. */
  where: z.record(Text, Scalar).optional(),
  /** How long to wait for it. */
  timeout: Duration.default('1d'),
});

export const ConditionSchema = z.discriminatedUnion('type', [
  QueryCondition,
  UsageCondition,
  ActivityCondition,
  EventCondition,
]);
ConditionSchema.register(Vocabulary, {
  id: 'Condition',
  description: 'what a step waits for; under a schedule, whom it is for',
});
/** What a step waits for or selects by. */
export type Condition = z.output<typeof ConditionSchema>;

const emailFields = {
  /** A file of `emails/` without its extension, or a built-in template. */
  template: Text,
  /** Overrides the template's own subject line; Liquid. */
  subject: Text.optional(),
  /** Values for the template's variables; each is Liquid over `user`, `row` and `event`. */
  personalization: z.record(z.string(), z.string()).optional(),
};
const EmailVariant = z.strictObject({
  /** What the variant is called where its figures are shown. */
  id: Id,
  ...emailFields,
  /** Another template than the email's own. */
  template: Text.optional(),
  /** Everybody gets this one. */
  pinned: z.boolean().optional(),
});
const EmailAction = z.strictObject({
  type: z.literal('email'),
  /** Who delivers it. */
  provider: z.literal('resend').default('resend'),
  ...emailFields,
  /** Another sender than `email.from` of the config. */
  from: Text.optional(),
  /** Where answers go. */
  replyTo: Text.optional(),
  /** Transactional emails carry no unsubscribe link and ignore caps; say so only of what the user asked for. */
  kind: z.enum(['marketing', 'transactional']).default('marketing'),
  /** Versions that are tried against each other. */
  variants: z.array(EmailVariant).min(2).optional(),
});
EmailAction.register(Vocabulary, {
  id: 'Email',
  description:
    'a file of emails/, or one of activation_welcome, upgrade_prompt and re_engagement; texts are Liquid',
});
const BlockAction = z.strictObject({
  type: z.literal('block'),
  /** What whoever is refused is told. */
  message: Text,
  /** Where they can upgrade. */
  upgradeUrl: Link.optional(),
  /** An email that asks them to, once in each period. */
  upgradePrompt: EmailAction.optional(),
});
const CustomAction = z.strictObject({
  type: z.literal('custom'),
  /** The name of a function in `defineConfig({ actions })`. */
  name: Text,
  /** What the function is given as `input`. */
  input: z.record(z.string(), z.json()).optional(),
});

export const ActionSchema = z.discriminatedUnion('type', [EmailAction, BlockAction, CustomAction]);
ActionSchema.register(Vocabulary, { id: 'Action', description: 'what a step does' });
/** What a step does. */
export type Action = z.output<typeof ActionSchema>;

export const StepSchema = z.strictObject({
  /** Its name; `step-1`, `step-2`… unless told. */
  id: Id.optional(),
  /** What starts it; without one it follows the step before. */
  trigger: TriggerSchema.optional(),
  /** How long to sleep before the condition is looked at. */
  delay: Duration.optional(),
  /** What is waited for before the action is done. */
  condition: ConditionSchema.optional(),
  /** What is done. */
  action: ActionSchema,
  /** What to do when the condition times out; nothing unless told. */
  otherwise: ActionSchema.optional(),
  /** An UPDATE of the team's own, run once the action is done. */
  after: Text.optional(),
});
StepSchema.register(Vocabulary, {
  id: 'Step',
  description:
    'a step without a trigger follows the one before it; `otherwise` is done when the condition times out',
});
/** One step of a loop. */
export type Step = z.output<typeof StepSchema>;

/** Whoever was mailed is remembered, for the caps, this long. */
const LONGEST_CAP_SECONDS = 100 * 86_400;
const Frequency = z.strictObject({
  /** How many emails at most. */
  cap: z.int().positive(),
  /** In which time. */
  period: Duration.refine((period) => (parseDuration(period) ?? 0) <= LONGEST_CAP_SECONDS, {
    error: 'is longer than 100d, the longest period that emails are counted over',
  }),
});
const QuietHours = z.strictObject({
  /** From when on nobody is mailed. */
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'is not a time of day; write 21:00' }),
  /** Until when. */
  to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'is not a time of day; write 08:00' }),
  /** `contact` takes the user's own time zone where it is known. */
  timezone: z.union([z.literal('contact'), TimeZone]).default('contact'),
});
const Goal = z.union([
  z.strictObject({ query: Text, within: Duration.default('30d') }),
  z.strictObject({ event: Text, within: Duration.default('30d') }),
]);

export const LoopSchema = z.strictObject({
  /** Stable name of the loop; its type unless told. */
  id: Id.optional(),
  /** What kind of loop it is. */
  type: z.enum(['activation', 'freemium', 'retention']),
  /** What you believe about your users, in a sentence. */
  opinion: Text,
  /** `false` starts no run; those under way go on. */
  enabled: z.boolean().default(true),
  /** What it does, in this order. */
  steps: z.array(StepSchema).min(1),
  recovery: z
    .strictObject({
      /** How often a failed step is tried again; Upstash allows few, 5 is safe on every plan. */
      retries: z.int().min(0).max(5).default(3),
      /** How the pauses between attempts grow. */
      backoff: z.enum(['exponential', 'linear', 'fixed']).default('exponential'),
      /** The first pause of the backoff. */
      delay: Duration.default('10s'),
    })
    .prefault({}),
  /** What the loop is there for; counted where it happens within `within` of an email. */
  goal: Goal.optional(),
  /** Whether, and after how long, somebody who has been through the loop may enter it again. */
  reentry: z.union([z.enum(['never', 'always']), z.strictObject({ cooldown: Duration })]).optional(),
  /** How many emails of this loop a person may get. */
  frequency: Frequency.optional(),
  /** When this loop mails nobody. */
  quietHours: QuietHours.optional(),
  /** The share of subjects who get nothing, against whom the effect is measured. */
  holdout: Share.optional(),
  /**
   * What a deploy that changes this loop, or removes it, does to runs under way. `pin`: they finish by the definition they began with.
   * `follow`: when they next wake they go on by the new one, at the step of the same id. `drain`: they finish the step they are in, and
   * begin no other. What is deployed last decides; `skene plan --deployed` shows it beforehand.
   */
  onChange: z.enum(['pin', 'follow', 'drain']).default('pin'),
});
LoopSchema.register(Vocabulary, { id: 'Loop', description: 'one loop; its id is its type unless told' });
/** A checked loop, with its defaults filled in. */
export type Loop = z.output<typeof LoopSchema>;
/** A loop as it is written in `skene.config.ts`. */
export type LoopInput = z.input<typeof LoopSchema>;

const UsersTable = z
  .strictObject({
    /** The table your users are in. */
    table: Identifier.default('users'),
    /** The column with their id: `$1` of every query. */
    id: Column.default('id'),
    /** The column with their address. */
    email: Column.default('email'),
    /** The column with their name. */
    name: Column.default('name'),
    /** The column with their time zone, for quiet hours; `timezone` unless told. */
    timezone: Column.optional(),
  })
  .prefault({});

const TableSettings = z.strictObject({
  /** The primary key. */
  id: Column.default('id'),
  /** The column that says whose row it is; `user_id` unless told. */
  subject: Column.optional(),
  /** The column that says when what a row tells of happened, for conditions of type `activity`; `created_at` unless told. */
  time: Column.optional(),
  /** Keeps how much each subject did on each day, so that conditions of type `activity` cost the same however large the table is. PostgreSQL. */
  rollup: z.boolean().optional(),
  /** A column that only grows, for databases that are watched by polling. */
  cursor: Column.optional(),
  /** On Upstash Redis, the key of a row's hash, with the id between braces; `users:{id}` unless told. */
  key: KeyPattern.optional(),
  /**
   * On Upstash Redis, indexes that the application keeps itself, by column: the set, sorted set or list of the ids that one value has
   * (`user:{user_id}:actions`), or the only id as a string (`user:email:{email}`); or the sorted set of all ids, scored by a time (`users:by_time`).
   */
  index: z.record(Column, IndexKey).optional(),
  /** A webhook that tells of new rows, so that nothing is polled. */
  boundTo: z
    .strictObject({
      /** Who sends it. */
      provider: z.enum(['clerk', 'stripe', 'nextauth']),
      /** The event as its provider calls it. */
      event: Text,
    })
    .optional(),
});

/** What a custom action is given, and what it may give back (kept in the run's record, so plain JSON). */
export type CustomAction = (context: {
  subject: string;
  user: Record<string, unknown>;
  row: Record<string, unknown>;
  input: Record<string, unknown>;
  /** The same on every attempt: hand it to whatever you call, so that it acts once. */
  idempotencyKey: string;
}) => Promise<unknown> | unknown;

const CustomActionFunction = z.custom<CustomAction>((value) => typeof value === 'function', {
  error: 'is not a function',
});

export const ConfigSchema = z.strictObject({
  /** The loops. */
  loops: z.array(LoopSchema).min(1),
  database: z
    .strictObject({
      /** What the database is; known from its URL unless told. */
      provider: z.enum(['postgres', 'neon', 'planetscale', 'mysql', 'upstash-redis']).optional(),
      /** The name of the variable that holds the URL. Upstash Redis is found by UPSTASH_REDIS_REST_URL where it is not set. */
      url: z
        .string()
        .regex(/^[A-Z_][A-Z0-9_]*$/, { error: 'is not the name of a variable; write DATABASE_URL' })
        .default('DATABASE_URL'),
      /**
       * Where the database is polled (MySQL, PlanetScale): how long after it was written a row may be committed. As long as the application's
       * longest transaction takes, and its machines' clocks differ; a row that is committed later still is missed.
       */
      overlap: Duration.optional(),
    })
    .prefault({}),
  users: UsersTable,
  tables: z.record(Identifier, TableSettings).default({}),
  usage: UsageTable,
  subscriptions: SubscriptionsTable,
  email: z
    .strictObject({
      /** Sender of every email, such as `Ada <ada@example.com>`; the variable SKENE_FROM unless told. */
      from: Text.optional(),
      /** Where answers to emails go. */
      replyTo: Text.optional(),
    })
    .prefault({}),
  /** How many emails a person may get of all loops together. */
  frequency: Frequency.optional(),
  /** When nobody is mailed. */
  quietHours: QuietHours.optional(),
  /** Bounds that `skene check` proves over all loops. */
  limits: z
    .strictObject({
      /** The most emails a person may get in a day. */
      emailsPerDay: z.int().positive().optional(),
      /** The most emails a person may get in a week. */
      emailsPerWeek: z.int().positive().optional(),
    })
    .optional(),
  /** The functions behind actions of type `custom`, by name. */
  actions: z.record(z.string(), CustomActionFunction).default({}),
});
ConfigSchema.register(Vocabulary, { id: 'Config', description: 'what defineConfig takes' });
/** A checked configuration, with its defaults filled in. */
export type Config = z.output<typeof ConfigSchema>;
/** A configuration as it is written in `skene.config.ts`. */
export type ConfigInput = z.input<typeof ConfigSchema>;
