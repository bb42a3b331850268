import { type CheckContext, emailsOf, type Finding, stepsOf } from './context.ts';

/** What is no error and yet worth a word. */
export function checkAdvice(context: CheckContext): Finding[] {
  return [...senderOf(context), ...repeatedMailOf(context)];
}

function senderOf({ config, sender }: CheckContext): Finding[] {
  if (config.email.from !== undefined || sender !== undefined) return [];
  const placed = emailsOf(config).find(({ email }) => email.from === undefined);
  if (placed === undefined) return [];
  return [
    {
      code: 'sender_missing',
      path: placed.path,
      severity: 'warning',
      message: 'has no sender',
      hint: "Set SKENE_FROM in the environment, or email: { from: 'Ada <ada@example.com>' } in defineConfig.",
    },
  ];
}

/** An audience that mailing does not make smaller is mailed once all the same, because Skene keeps its own record. */
function repeatedMailOf({ config }: CheckContext): Finding[] {
  return stepsOf(config).flatMap(({ step, trigger, path }): Finding[] => {
    const isAudience = trigger?.type === 'schedule' && step.condition?.type === 'query';
    if (!isAudience || step.action.type !== 'email' || step.after !== undefined) return [];
    return [
      {
        code: 'repeat_mailing',
        path,
        severity: 'warning',
        message:
          'changes nothing in the database, so the same users stay in the audience after they were mailed',
        hint: "Skene's own record keeps them from being mailed twice until they have left the audience. To mark them in the database too, add after: 'UPDATE … WHERE id = $1'.",
      },
    ];
  });
}
