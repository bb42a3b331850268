import type { CustomAction } from '../config/index.ts';
import type { Mailer, TemplateSource } from '../email/index.ts';
import { ConfigError } from '../errors/index.ts';
import type { Deployment, PlanAction, PlanRules } from '../plan/index.ts';
import type { State } from '../state/index.ts';
import { performConvert } from './convert.ts';
import { performEmail } from './email.ts';

/** On whose behalf, and on which step of which run, an action is done. */
export interface ActionSite {
  runId: string;
  loop: string;
  /** The id of the event that began this entry. */
  entry: string;
  step: string;
  subject: string;
  /** How often the loop may mail somebody. */
  caps: PlanRules['caps'];
  /** What templates and custom actions may refer to. */
  scope: { user: Record<string, unknown>; row: Record<string, unknown>; event: Record<string, unknown> };
}

/** What actions need from around them. */
export interface ActionContext {
  state: Pick<State, 'ledger' | 'conversions'>;
  mailer: () => Promise<Mailer>;
  templates: Readonly<Record<string, TemplateSource>>;
  actions: Readonly<Record<string, CustomAction>>;
  settings: Deployment['email'];
  /** The sender when neither the action nor the configuration names one. */
  defaultFrom: string | undefined;
  /** Where the functions are reached, and what signs the links that lead there. */
  functionsUrl: string;
  secret: string;
  now: () => number;
}

/** What became of an action. */
export interface ActionResult {
  outcome: 'sent' | 'suppressed' | 'skipped' | 'blocked' | 'converted' | 'done';
  detail: Record<string, unknown>;
}

/**
 * Does one thing, once: repeated for the same run and step it changes nothing outside.
 * @throws {SkeneError} whose code says whether trying again can help.
 */
export async function performAction(
  action: PlanAction,
  site: ActionSite,
  context: ActionContext,
): Promise<ActionResult> {
  switch (action.type) {
    case 'email':
      return performEmail(action, site, context);
    case 'custom':
      return performCustom(action, site, context);
    case 'block':
      // It was the gate that has answered their request.
      return { outcome: 'blocked', detail: {} };
    case 'convert':
      return performConvert(site, context);
  }
}

async function performCustom(
  { name, input }: Extract<PlanAction, { type: 'custom' }>,
  { runId, step, subject, scope }: ActionSite,
  { actions }: ActionContext,
): Promise<ActionResult> {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) {
    throw new ConfigError('ACTION_NOT_FOUND', `No action is called "${name}".`, {
      hint: 'Define it in defineConfig({ actions }) and deploy.',
    });
  }
  const result = await action({
    subject,
    user: scope.user,
    row: scope.row,
    input,
    idempotencyKey: `${runId}/${step}`,
  });
  return { outcome: 'done', detail: { action: name, result: result ?? null } };
}
