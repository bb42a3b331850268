import { type Explanation, explainSubject } from '../../explain/index.ts';
import { createState } from '../../state/index.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { onTarget } from '../open-target.ts';
import { timeOf } from '../run-text.ts';
import { localNow } from '../target.ts';
import type { OpenFlags } from '../target-options.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene explain`. */
export interface Flags extends OpenFlags {
  loop?: string;
}

/** What `skene explain` does. */
export async function handle(
  subject: string,
  flags: Flags,
  { terminal, exit }: CommandContext,
): Promise<void> {
  const explanation = await onTarget(flags, terminal, async ({ project, env, database }) => {
    const state = createState({ ...env.redis, namespace: env.namespace });
    const context = { deployment: project.deployment, state, database, now: await localNow(flags) };
    return explainSubject(subject, flags.loop, context);
  });
  if (flags.json) terminal.out(JSON.stringify(explanation, undefined, 2));
  else printExplanation(explanation, terminal);
  exit(EXIT.ok);
}

function printExplanation(explanation: Explanation, { out, colors }: Terminal): void {
  const { subject, isUser, email, suppressed, isErased, subscription, loops } = explanation;
  const facts = [
    isErased ? 'erased' : isUser ? undefined : 'not in the users table',
    email ?? 'no address',
    suppressed === undefined ? undefined : `must not be mailed: ${suppressed}`,
    subscription === undefined ? undefined : `plan ${subscription.plan}, ${subscription.status}`,
  ];
  out(`${colors.bold(subject)}: ${facts.filter(Boolean).join('; ')}`);
  for (const { loop, because, story } of loops) {
    out(`\n${colors.bold(loop)}: ${because}`);
    for (const { at, until, text } of story)
      out(`  ${timeOf(at)}${until === undefined ? '' : ` to ${timeOf(until)}`}  ${text}`);
  }
  if (loops.length === 0) out('No loop is called so.');
}
