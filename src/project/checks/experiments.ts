import { type CheckContext, emailsOf, type Finding, stepsOf } from './context.ts';

/** Variants and holdouts that could tell nothing. */
export function checkExperiments(context: CheckContext): Finding[] {
  return [...pinnedTwice(context), ...goalFirst(context)];
}

function pinnedTwice({ config }: CheckContext): Finding[] {
  return emailsOf(config).flatMap(({ email, path }): Finding[] => {
    const pinned = (email.variants ?? []).flatMap(({ pinned: isPinned }, index) => (isPinned ? [index] : []));
    return pinned.slice(1).map((index) => ({
      code: 'variant_pinned',
      path: [...path, 'variants', index, 'pinned'],
      message: 'is the second variant that is pinned, and everybody gets one',
      hint: 'Pin the one that everybody shall get.',
    }));
  });
}

/** The goal of an activation is what its first step waits for: an email that is sent once it has happened cannot bring it about. */
function goalFirst({ config }: CheckContext): Finding[] {
  return stepsOf(config).flatMap(({ loop, step, path }): Finding[] => {
    const isTried = step.action.type === 'email' && step.action.variants !== undefined;
    const waits = step.trigger !== undefined && step.condition !== undefined;
    if (loop.type !== 'activation' || loop.goal !== undefined || !waits) return [];
    const isHeld = loop.holdout !== undefined && step.otherwise === undefined && loop.steps.length === 1;
    if (!isTried && !isHeld) return [];
    return [
      {
        code: 'goal_first',
        path: isTried ? [...path, 'action', 'variants'] : [...path.slice(0, 2), 'holdout'],
        severity: 'warning',
        message:
          'can tell nothing: the goal of this loop is what the step waits for, and is reached before the email is sent',
        hint: "Say what the email is for: goal: { event: 'project.shared', within: '7d' }.",
      },
    ];
  });
}
