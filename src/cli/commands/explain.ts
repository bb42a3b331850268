import type { Command } from 'commander';
import { deployedDatabase } from '../../databases/index.ts';
import { openDatabase } from '../../databases/open/any.ts';
import { type Explanation, explainSubject } from '../../explain/index.ts';
import { createState } from '../../state/index.ts';
import type { CommandContext } from '../command.ts';
import { loadEnvironment } from '../environment.ts';
import { EXIT } from '../exit-code.ts';
import { requireDeployment } from '../require-deployment.ts';
import { timeOf } from '../run-text.ts';
import { localNow, type TargetFlags, targetEnv } from '../target.ts';
import type { Terminal } from '../terminal.ts';

interface Flags extends TargetFlags {
  config: string;
  loop?: string;
  json?: boolean;
}

/** `skene explain <subject>` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument('<subject>', 'the id of the user')
    .option('--loop <id>', 'only this loop')
    .option('--config <path>', 'the config, or the folder it is in', '.')
    .option('--database-url <url>', 'instead of the variable the config names')
    .option('--local', 'of the local stack that runs in this folder')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nReads the loops of this folder, what the deployment remembers and the database; changes nothing.\n\nExamples:\n  skene explain 41 --local\n  skene explain user_41 --loop win-back',
    )
    .action(async (subject: string, flags: Flags) => {
      loadEnvironment(flags.config);
      const deployment = await requireDeployment(flags.config, terminal, flags);
      const env = await targetEnv(flags, deployment.database);
      const database = await openDatabase(deployedDatabase(env, deployment.database));
      try {
        const state = createState({ ...env.redis, namespace: env.namespace });
        const now = await localNow(flags);
        const context = { deployment, state, database, now };
        const explanation = await explainSubject(subject, flags.loop, context);
        if (flags.json) terminal.out(JSON.stringify(explanation, undefined, 2));
        else printExplanation(explanation, terminal);
      } finally {
        await database.close();
      }
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
