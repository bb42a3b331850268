import type { Action } from '../config/index.ts';
import type { PlanAction, PlanEmail } from '../plan/index.ts';

type EmailAction = Extract<Action, { type: 'email' }>;

/** Compiles an action into plain data. */
export function compileAction(action: Action): PlanAction {
  switch (action.type) {
    case 'email':
      return compileEmail(action);
    case 'block': {
      const { message, upgradeUrl, upgradePrompt } = action;
      return {
        type: 'block',
        message,
        upgradeUrl,
        upgradePrompt: upgradePrompt && compileEmail(upgradePrompt),
      };
    }
    case 'custom':
      return { type: 'custom', name: action.name, input: action.input ?? {} };
  }
}

function compileEmail({
  template,
  subject,
  personalization,
  from,
  replyTo,
  kind,
  variants,
}: EmailAction): PlanEmail {
  return {
    type: 'email',
    template,
    subject,
    personalization: personalization ?? {},
    from,
    replyTo,
    kind,
    variants: (variants ?? []).map((variant) => ({ ...variant, pinned: variant.pinned ?? false })),
  };
}
