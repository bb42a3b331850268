import type { Command } from 'commander';
import { type Explanation, explainSubject } from '../../explain/index.ts';
import { createState } from '../../state/index.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { type OpenFlags, onTarget, withTarget } from '../open-target.ts';
import { timeOf } from '../run-text.ts';
import { localNow } from '../target.ts';
import type { Terminal } from '../terminal.ts';

interface Flags extends OpenFlags {
  loop?: string;
}

/** `skene explain <subject>` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  withTarget(command.argument('<subject>', 'the id of the user'))
    .option('--loop <id>', 'only this loop')
    .addHelpText(
      'after',
      '\nReads the loops of this folder, what the deployment remembers and the database; changes nothing.\n\nExamples:\n  skene explain 41 --local\n  skene explain user_41 --loop win-back',
    )
    .action(async (subject: string, flags: Flags) => {
      const explanation = await onTarget(flags, terminal, async ({ project, env, database }) => {
        const state = createState({ ...env.redis, namespace: env.namespace });
        const context = { deployment: project.deployment, state, database, now: await localNow(flags) };
        return explainSubject(subject, flags.loop, context);
      });
      if (flags.json) terminal.out(JSON.stringify(explanation, undefined, 2));
      else printExplanation(explanation, terminal);
      exit(EXIT.ok);
    });
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
