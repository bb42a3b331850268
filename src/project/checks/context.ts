import type { Action, IssueCode, ResolvedConfig, ResolvedLoop, Step, Trigger } from '../../config/index.ts';
import type { Dialect } from '../../sql/index.ts';
import type { Schema } from '../schema.ts';
import type { FoundTemplate } from '../templates.ts';

/** What the checks look at: a configuration whose form is right, and what it refers to. */
export interface CheckContext {
  config: ResolvedConfig;
  templates: Readonly<Record<string, FoundTemplate>>;
  /** The dialects a query may be written in: one when the database is known, both when it is not. */
  dialects: readonly Dialect[];
  /** The tables that the repository declares, where it was looked for them. */
  schema?: Schema | undefined;
  /** The sender that the environment names. */
  sender: string | undefined;
}

/** What a check found, by its path into the whole configuration. */
export interface Finding {
  code: IssueCode;
  path: Array<string | number>;
  message: string;
  hint: string;
  severity?: 'error' | 'warning';
  /** Where in the text at `path`, in UTF-16 units. */
  offset?: number | undefined;
}

/** One concern of `skene check`. */
export type Check = (context: CheckContext) => Finding[] | Promise<Finding[]>;

/** A step, its place, and what started the run it belongs to. */
export interface PlacedStep {
  loop: ResolvedLoop;
  step: Step;
  path: Array<string | number>;
  trigger: Trigger | undefined;
}

/** Every step of every loop. A step without a trigger belongs to the nearest trigger before it. */
export function stepsOf(config: ResolvedConfig): PlacedStep[] {
  return config.loops.flatMap((loop, loopIndex) => {
    let trigger: Trigger | undefined;
    return loop.steps.map((step, index) => {
      trigger = step.trigger ?? trigger;
      return { loop, step, trigger, path: ['loops', loopIndex, 'steps', index] };
    });
  });
}

/** An action and its place. */
export interface PlacedAction {
  action: Action;
  path: Array<string | number>;
}

/** Every action of every step, also those done when a condition times out. */
export function actionsOf(config: ResolvedConfig): PlacedAction[] {
  return stepsOf(config).flatMap(({ step, path }) => [
    { action: step.action, path: [...path, 'action'] },
    ...(step.otherwise === undefined ? [] : [{ action: step.otherwise, path: [...path, 'otherwise'] }]),
  ]);
}

type EmailAction = Extract<Action, { type: 'email' }>;

/** An email and its place. */
export interface PlacedEmail {
  email: EmailAction;
  path: Array<string | number>;
}

/** Every email of the configuration, upgrade prompts among them. */
export function emailsOf(config: ResolvedConfig): PlacedEmail[] {
  return actionsOf(config).flatMap(({ action, path }): PlacedEmail[] => {
    if (action.type === 'email') return [{ email: action, path }];
    if (action.type !== 'block' || action.upgradePrompt === undefined) return [];
    return [{ email: action.upgradePrompt, path: [...path, 'upgradePrompt'] }];
  });
}
