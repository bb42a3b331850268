import { compileConfig } from '../../src/compile/index.ts';
import { type ConfigInput, type LoopInput, resolveConfig } from '../../src/config/index.ts';
import type { TemplateSource } from '../../src/email/index.ts';
import type { Deployment } from '../../src/plan/index.ts';

/** The tables of the app. */
export const TABLES = `
  CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, name text NOT NULL,
    is_dormant boolean NOT NULL DEFAULT false, is_nudged boolean NOT NULL DEFAULT false);
  CREATE TABLE user_actions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, action_type text NOT NULL)`;

/** The one template: everything that tells emails apart stands in their subject. */
export const TEMPLATES: Record<string, TemplateSource> = {
  plain: { kind: 'liquid', html: '<p>{{ name }}</p>', text: '{{ name }}', variables: ['name'] },
};

/** How many calls the gates let through in five days. */
export const LIMIT = 5;

/** The versions of the configuration: the second is deployed while runs of the first are under way. */
export const VERSIONS = ['v1', 'v2'] as const;
export type Version = (typeof VERSIONS)[number];

/** What is done by the custom action `provision`. */
export type Provision = (order: { subject: string; key: string }) => Promise<void>;

function configOf(version: Version, provision: Provision): ConfigInput {
  const email = (subject: string) =>
    ({
      type: 'email',
      template: 'plain',
      subject: `${subject} ${version}`,
      personalization: { name: '{{user.name}}' },
      kind: 'transactional',
    }) as const;
  const marketing = (subject: string) => ({ ...email(subject), kind: 'marketing' as const });
  const gate = (id: string, onUnavailable: 'deny' | 'allow-bounded'): LoopInput => ({
    id,
    type: 'freemium',
    opinion: 'Who is stopped upgrades',
    steps: [
      {
        trigger: { type: 'api', endpoint: `/api/${id}/*`, method: 'POST' },
        condition: {
          type: 'usage',
          limit: { free: LIMIT, paid: Number.POSITIVE_INFINITY },
          period: '5d',
          onUnavailable,
        },
        action: { type: 'block', message: 'Used up.', upgradePrompt: marketing(`Upgrade ${id}`) },
      },
    ],
    recovery: { retries: 3, delay: '20s' },
  });

  return {
    actions: { provision: ({ subject, idempotencyKey }) => provision({ subject, key: idempotencyKey }) },
    loops: [
      {
        id: 'welcome',
        type: 'activation',
        opinion: 'A row, a condition that rows make true, an email either way',
        steps: [
          {
            trigger: { type: 'database', table: 'users', event: 'insert' },
            condition: {
              type: 'query',
              query: `SELECT * FROM user_actions WHERE user_id = $1 AND action_type = 'first_project_created'`,
              timeout: '5m',
            },
            action: marketing('Welcome'),
            otherwise: marketing('Reminder'),
          },
        ],
        recovery: { retries: 2, delay: '10s' },
      },
      {
        id: 'trial',
        type: 'activation',
        opinion: 'An event, a delay, an event that is awaited: two emails',
        steps: [
          { trigger: { type: 'event', name: 'trial.started' }, delay: '1h', action: email('Trial') },
          {
            condition: { type: 'event', name: 'project.created', timeout: '2d' },
            action: email('Project'),
            otherwise: email('Nudge'),
          },
        ],
        goal: { event: 'project.created', within: '30d' },
        recovery: { retries: 3, delay: '15s' },
      },
      {
        id: 'hello',
        type: 'activation',
        opinion: 'A webhook',
        steps: [
          { trigger: { type: 'webhook', provider: 'clerk', event: 'user.created' }, action: email('Hello') },
        ],
        recovery: { retries: 3, delay: '10s' },
      },
      {
        id: 'provision',
        type: 'activation',
        opinion: 'Something of our own, done by another service',
        steps: [
          {
            trigger: { type: 'event', name: 'trial.started' },
            action: { type: 'custom', name: 'provision' },
          },
        ],
        recovery: { retries: 2, delay: '10s' },
      },
      gate('strict', 'deny'),
      gate('open', 'allow-bounded'),
      {
        id: 'thanks',
        type: 'activation',
        opinion: 'What Skene itself tells of',
        steps: [{ trigger: { type: 'event', name: 'subscription.started' }, action: email('Thanks') }],
        recovery: { retries: 3, delay: '10s' },
      },
      {
        id: 'winback',
        type: 'retention',
        opinion: 'An audience, and a second step three days later',
        steps: [
          {
            trigger: { type: 'schedule', cron: '0 9 * * *' },
            condition: { type: 'query', query: 'SELECT * FROM users WHERE is_dormant', timeout: '2h' },
            action: marketing('Miss'),
          },
          { delay: '3d', action: marketing('Still') },
        ],
        recovery: { retries: 3, delay: '1m' },
      },
      {
        id: 'nudge',
        type: 'retention',
        opinion: 'An audience that whoever was mailed leaves',
        steps: [
          {
            trigger: { type: 'schedule', cron: '0 15 * * *' },
            condition: {
              type: 'query',
              query: 'SELECT * FROM users WHERE is_dormant AND NOT is_nudged',
              timeout: '2h',
            },
            action: marketing('Tap'),
            after: 'UPDATE users SET is_nudged = true WHERE id = $1',
          },
        ],
        recovery: { retries: 3, delay: '1m' },
      },
    ],
  };
}

/** The configuration of one version, compiled, with the actions that it names. */
export function projectOf(version: Version, provision: Provision) {
  const resolved = resolveConfig(configOf(version, provision));
  const deployment: Deployment = compileConfig(resolved);
  return { deployment, actions: resolved.actions, templates: TEMPLATES };
}
