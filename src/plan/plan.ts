import type { RowOperation } from '../events/index.ts';
import type { SelectPlan, TableNames } from '../hashes/index.ts';

/** A value that SQL and JSON both know. */
export type Scalar = string | number | boolean | null;

/**
 * A loop, compiled: plain data that a run carries in its first payload, so that it finishes by the definition it began
 * with whatever is deployed meanwhile. Every duration is in seconds.
 */
export interface Plan {
  /** The version of this form; a reader refuses what it does not know. */
  version: 1;
  loop: string;
  type: 'activation' | 'freemium' | 'retention';
  /** The id of the first step: a loop has one plan for each of its steps that has a trigger. */
  entry: string;
  /** A digest of the plan's content: tells one definition of a loop from the next. What it says about changes is left out. */
  hash: string;
  /** What another definition of the loop means to runs under way: see `courseOf`. They finish as they began where left out. */
  onChange?: 'follow' | 'drain' | undefined;
  trigger: PlanTrigger;
  steps: PlanStep[];
  recovery: PlanRecovery;
  users: UsersTable;
  /** The longest the Upstash plan lets a run sleep; a longer wait becomes a chain of waits. */
  longestWait: number;
  /** Whom it may mail, and how often; runs that were started before there were rules have none. */
  rules?: PlanRules | undefined;
  /** What the loop exists for; runs that were started before there were goals have none. */
  goal?: PlanGoal | undefined;
}

/** What a loop exists for. */
export interface PlanGoal {
  /** A digest of it: what was counted for another goal is not mixed with it. */
  hash: string;
  /** How long after an email the goal counts as reached because of it, in seconds. */
  within: number;
  sign: GoalSign;
  /** Where the goal is what a step of the loop waits for: the id of that step. */
  step?: string | undefined;
  /** Whether reaching it ends a run that waits for something else: where the author has named it, and no step waits for it. */
  endsRuns: boolean;
  /** Where no event may tell: when to look first after an email, in seconds, and how far apart later looks are. */
  look?: number | undefined;
}

/** By what it is seen that somebody reached a goal. */
export type GoalSign =
  | { type: 'event'; name: string; or?: string[] | undefined; where: Record<string, Scalar> }
  /** One SELECT about the subject; rows that fit one of the wakes may make it true. */
  | { type: 'query'; sql: string; select?: SelectPlan | undefined; wakes: Wake[] }
  /** Anything new that somebody does. When they last did is in a column of the users table, or in the rows of another table. */
  | {
      type: 'activity';
      column?: string | undefined;
      actions?: { table: string; subject: string; time: string } | undefined;
    };

/** Whom a loop may mail, and how often. Durations are in seconds. */
export interface PlanRules {
  /**
   * Whether somebody who has been through the loop may enter it again: `episode` once they have left the audience and come back,
   * `never`, `always` at every tick, or after a cooldown.
   */
  reentry: 'episode' | 'never' | 'always' | { cooldown: number };
  /** The most marketing emails in a period: of this loop, or of all loops together. */
  caps: Array<{ scope: 'loop' | 'all'; cap: number; period: number }>;
  quietHours?: QuietHours | undefined;
  /** The share of subjects who get nothing, so that the effect on the others can be seen. */
  holdout: number;
}

/** Hours in which nobody is mailed: minutes of the day, `from` included, `to` not; they may reach over midnight. */
export interface QuietHours {
  from: number;
  to: number;
  /** `contact` is the user's own zone. */
  timezone: string;
}

/** Where the users are, and under which names their columns go. */
export interface UsersTable {
  table: string;
  id: string;
  email: string;
  name: string;
  timezone?: string | undefined;
}

/** What starts a run, as events tell of it. */
export type PlanTrigger =
  | {
      type: 'database';
      table: string;
      operation: RowOperation;
      /** Values the row must have. */
      where: Record<string, Scalar>;
      /** The column that says which user the row is about. */
      subject: string;
    }
  | { type: 'event'; name: string }
  | {
      type: 'webhook';
      provider: 'clerk' | 'stripe' | 'nextauth';
      event: string;
      /** Values the event must have. */
      where?: Record<string, Scalar> | undefined;
    }
  | { type: 'schedule'; cron: string; timezone: string }
  | { type: 'api'; endpoint: string; method: string };

/** One step of a run. */
export interface PlanStep {
  id: string;
  /** Seconds to sleep before the step; 0 for none. */
  delay: number;
  condition?: PlanCondition | undefined;
  action: PlanAction;
  /** What is done when the condition times out. */
  otherwise?: PlanAction | undefined;
  after?: string | undefined;
}

/** A row that could make a waiting condition true: in `table`, about the subject by `column`, with these values. */
export interface Wake {
  table: string;
  column: string;
  equals: Record<string, Scalar>;
}

/** Over which time usage is counted: seconds that roll from the first use, a unit of the calendar, or what Stripe bills. */
export type UsagePeriod = number | 'hour' | 'day' | 'week' | 'month' | 'year' | 'billing';

/** What a step waits for, and for how long. */
export type PlanCondition =
  | {
      type: 'query';
      sql: string;
      /** The same for Upstash Redis, which knows no SQL. */
      select?: SelectPlan | undefined;
      /** Whether the query has `$1`; without, its rows are an audience. */
      aboutSubject: boolean;
      timeout: number;
      wakes: Wake[];
      /** Where no row change can tell (time passes, a join): seconds after the wait began at which to look again. */
      checks: number[];
    }
  | {
      type: 'event';
      name: string;
      /** Events that do as well. */
      or?: string[] | undefined;
      where: Record<string, Scalar>;
      timeout: number;
    }
  | {
      type: 'usage';
      limits: Record<string, number | 'unlimited'>;
      period: UsagePeriod;
      timezone: string;
      warnAt?: number | undefined;
      onUnavailable: 'allow-bounded' | 'deny' | 'sql';
    }
  | {
      type: 'activity';
      table: string;
      /** The columns of the table that say whose a row is, and when it happened. */
      subject: string;
      time: string;
      /** Whether a daily roll-up of the table is kept, where the database can. */
      rollup?: boolean | undefined;
      drop: number;
      window: number;
      baseline: number;
      timeout: number;
    };

/** An email to send: everything but the values of its variables. */
export interface PlanEmail {
  type: 'email';
  template: string;
  subject?: string | undefined;
  /** Liquid over `user`, `row` and `event`, by the name of the template's variable. */
  personalization: Record<string, string>;
  from?: string | undefined;
  replyTo?: string | undefined;
  kind: 'marketing' | 'transactional';
  /** The variant that this is, once one was chosen. */
  arm?: string | undefined;
  variants: Array<{
    id: string;
    template?: string | undefined;
    subject?: string | undefined;
    personalization?: Record<string, string> | undefined;
    pinned: boolean;
  }>;
}

/** What a step does. */
export type PlanAction =
  | PlanEmail
  | { type: 'block'; message: string; upgradeUrl?: string | undefined }
  | { type: 'custom'; name: string; input: Record<string, unknown> }
  /** Says what brought somebody to pay. Written by the compiler, at the end of a freemium loop. */
  | { type: 'convert' };

/** The retry policy, in QStash's terms. */
export interface PlanRecovery {
  retries: number;
  /** QStash's `Retry-Delay` expression, in milliseconds over `retried`. */
  retryDelay: string;
}

/** A table whose changes matter to some loop, and which of them do. */
export interface Watch {
  table: string;
  /** The primary key column. */
  id: string;
  /** A column that only grows, where the author named one. */
  cursor?: string | undefined;
  /** The columns by which a row names its user. */
  subjects: string[];
  /** On PostgreSQL: by which columns activity is rolled up, and over how many days it is wanted. */
  rollup?: { subject: string; time: string; days: number } | undefined;
  /** On Upstash Redis: the columns by which conditions look rows up. */
  lookups?: string[] | undefined;
  /** A change matters when it fits one of these: the operation, and the values the row must have. */
  changes: Array<{ operation: RowOperation; equals: Record<string, Scalar> }>;
}

/** Everything that is deployed: what the functions need to know of `skene.config.ts`, as plain data. */
export interface Deployment {
  plans: Plan[];
  /** What each loop is there for, in its author's words, by loop; runs have no use for it. */
  opinions?: Readonly<Record<string, string>> | undefined;
  watches: Watch[];
  users: UsersTable;
  database: {
    provider?: 'postgres' | 'neon' | 'planetscale' | 'mysql' | 'upstash-redis' | undefined;
    urlVariable: string;
    /** How long after it was written a row may be committed, in seconds, where the database is polled. */
    overlap?: number | undefined;
    /** How tables lie in Upstash Redis. */
    tables?: Record<string, TableNames> | undefined;
  };
  email: { from?: string | undefined; replyTo?: string | undefined };
  /** Tables of the team's that are written to. */
  kept?: KeptTables | undefined;
}

/** Where usage and subscriptions are written down for the team to read, by the names of its columns. */
export interface KeptTables {
  usage?: KeptTable<'subject' | 'feature' | 'periodStart' | 'periodEnd' | 'used' | 'version' | 'updatedAt'>;
  subscriptions?: KeptTable<
    'customer' | 'subject' | 'plan' | 'status' | 'periodStart' | 'periodEnd' | 'version' | 'updatedAt'
  >;
}

/** A table, and what its columns are called. */
export interface KeptTable<TColumn extends string> {
  table: string;
  columns: Record<TColumn, string>;
}
