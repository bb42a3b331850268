import type { Action } from '../config/index.ts';
import type { PlanAction, PlanEmail } from '../plan/index.ts';

type EmailAction = Extract<Action, { type: 'email' }>;

/** Compiles an action into plain data. */
export function compileAction(action: Action): PlanAction {
  switch (action.type) {
    case 'email':
      return compileEmail(action);
    case 'block': {
      const { message, upgradeUrl } = action;
      return { type: 'block', message, upgradeUrl };
    }
    case 'custom':
      return { type: 'custom', name: action.name, input: action.input ?? {} };
  }
}

/** What the event of the gate tells, for the variables that its author says nothing about. */
const OF_BLOCK = {
  name: '{{ user.name | default: "" }}',
  message: '{{ event.message }}',
  upgradeUrl: '{{ event.upgradeUrl | default: "" }}',
  used: '{{ event.used }}',
  limit: '{{ event.limit }}',
  resetAt: '{{ event.resetAt }}',
};

/** Compiles the email to somebody whom the gate has stopped. */
export function compilePrompt(prompt: EmailAction): PlanEmail {
  const email = compileEmail(prompt);
  return { ...email, personalization: { ...OF_BLOCK, ...email.personalization } };
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
