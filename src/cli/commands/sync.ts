import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import type { SyncFlags } from '../handlers/sync.ts';

/** `skene sync [path]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option('--database', 'only the triggers in the database')
    .option('--schedules', "only QStash's schedules")
    .option('--webhooks', 'only the endpoints of webhooks, at Stripe and Resend; says what to enter at Clerk')
    .option(
      '--print',
      'print the SQL of the triggers, and of the tables for usage and subscriptions, and change nothing',
    )
    .option('--remove', 'take the triggers and the outbox out of the database again')
    .option(
      '--prune',
      'also remove triggers and endpoints that sync has made and no loop needs any more (runs under way may)',
    )
    .option('--check', 'change nothing; exit 1 when something would be')
    .option('--yes', 'do it without asking')
    .option(
      '--json',
      'print one JSON document: { database, schedules, webhooks: { actions, byHand, secrets } }',
    )
    .option('--database-url <url>', 'instead of the variable the config names')
    .option('--local', 'work on the local stack that runs in this folder')
    .addHelpText(
      'after',
      '\nWebhooks are synced with STRIPE_SECRET_KEY and RESEND_API_KEY, where loops need them, for the address in SKENE_URL or of skene login. Endpoints that\nsync has not made are never removed.\n\nExamples:\n  skene sync\n  skene sync --database --print > migrations/skene.sql\n  skene sync --check   # in CI\n  skene sync --webhooks --yes\n  skene sync --database --remove',
    )
    .action(async (path: string, flags: SyncFlags) => {
      const { sync } = await import('../handlers/sync.ts');
      context.exit(await sync(path, flags, context));
    });
}
