import type { Commands } from './command.ts';

/** Every command, in the order of a project's life. A command is loaded when it is called, so that the others cost nothing. */
export const COMMANDS: Commands = {
  init: {
    summary: 'read your repository and begin the loop that fits it',
    failure: 'no loop fits what is here, or what it wrote has errors',
    load: () => import('./commands/init.ts'),
  },
  prompt: {
    summary: 'print what a coding assistant needs to know to write skene.config.ts',
    load: () => import('./commands/prompt.ts'),
  },
  schema: {
    summary: 'print the JSON Schema of skene.config.ts',
    load: () => import('./commands/schema.ts'),
  },
  check: {
    summary: 'find what is wrong with skene.config.ts, its queries and its templates',
    failure: 'the config, a query or a template is wrong',
    load: () => import('./commands/check.ts'),
  },
  plan: {
    summary: 'say what the loops will do, what wakes them and what a run costs',
    failure: 'the config is wrong, or --check found a deploy unsafe',
    load: () => import('./commands/plan.ts'),
  },
  estimate: {
    summary: 'say what the loops cost in a month: messages, commands, invocations, emails, money',
    load: () => import('./commands/estimate.ts'),
  },
  dev: {
    summary: 'run everything on this machine: functions, QStash, Redis, PostgreSQL, an inbox',
    load: () => import('./commands/dev.ts'),
  },
  clock: {
    summary: "tell or move the local stack's time",
    load: () => import('./commands/clock.ts'),
  },
  sql: {
    summary: "run a statement on the local stack's database",
    load: () => import('./commands/sql.ts'),
  },
  build: {
    summary: 'compile the loops and templates into the modules that the functions import',
    failure: 'the config, a query or a template is wrong',
    load: () => import('./commands/build.ts'),
  },
  login: {
    summary: 'link this folder to its deployment, which says whether it can carry the loops',
    failure: 'the deployment cannot be reached, or refuses the token',
    load: () => import('./commands/login.ts'),
  },
  logout: {
    summary: 'forget a deployment and its token',
    load: () => import('./commands/logout.ts'),
  },
  whoami: {
    summary: 'say which deployment this folder is linked to',
    failure: 'the deployment cannot be reached, or refuses the token',
    load: () => import('./commands/whoami.ts'),
  },
  sync: {
    summary:
      "write the database's triggers, QStash's schedules and webhook endpoints, after showing what would change",
    failure: '--check found something out of step, or you said no',
    load: () => import('./commands/sync.ts'),
  },
  relay: {
    summary: 'listen to PostgreSQL and start and wake runs at once',
    load: () => import('./commands/relay.ts'),
  },
  runs: {
    summary: 'list, show, retry, cancel and follow runs',
    failure: 'you said no',
    load: () => import('./commands/runs.ts'),
  },
  simulate: {
    summary: 'say to whom a loop would send what now, and why not to the others',
    load: () => import('./commands/simulate.ts'),
  },
  backfill: {
    summary: 'start a loop for those who were there before it',
    failure: 'you said no',
    load: () => import('./commands/backfill.ts'),
  },
  backtest: {
    summary: 'replay your own rows of the last weeks through a loop, before it is deployed',
    load: () => import('./commands/backtest.ts'),
  },
  stats: {
    summary: 'say what the loops came to: who reached the goal, by variant, and the uplift over a holdout',
    load: () => import('./commands/stats.ts'),
  },
  explain: {
    summary: 'say why somebody got an email, or did not',
    load: () => import('./commands/explain.ts'),
  },
  gate: {
    summary: 'show what somebody has used, give them more, and compare Redis with the usage table',
    failure: '--check found a difference, or you said no',
    load: () => import('./commands/gate.ts'),
  },
  events: {
    summary: 'send a test event as Clerk, Stripe, Resend, NextAuth or your app would',
    load: () => import('./commands/events.ts'),
  },
  emails: {
    summary: 'list, preview and send to yourself the emails of the loops',
    load: () => import('./commands/emails.ts'),
  },
  export: {
    summary: 'print everything that is kept about a user',
    load: () => import('./commands/export.ts'),
  },
  erase: {
    summary: 'remove everything that is kept about a user, and end their runs',
    failure: 'you said no',
    load: () => import('./commands/erase.ts'),
  },
  doctor: {
    summary: 'look at everything the deployment stands on, and say what to do',
    failure: 'a problem was found',
    load: () => import('./commands/doctor.ts'),
  },
  completion: {
    summary: 'print what bash, zsh or fish needs to complete the commands',
    load: () => import('./commands/completion.ts'),
  },
};
