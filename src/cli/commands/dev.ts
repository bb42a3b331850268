import type { Command } from 'commander';
import { USUAL_PORTS } from '../../dev/ports.ts';
import type { CommandContext } from '../command.ts';
import type { DevFlags } from '../handlers/dev.ts';

/** `skene dev [path]` */
export function define(command: Command, context: CommandContext): void {
  command
    .argument('[path]', 'the config, or the folder it is in', '.')
    .option(
      '--database-url <url>',
      'watch this PostgreSQL, Neon or MySQL instead of the embedded one (or set DATABASE_URL)',
    )
    .option(
      '--app <url>',
      'call the functions where your app mounts them, such as http://127.0.0.1:3000/api/skene',
    )
    .option('--fresh', 'forget the state of earlier runs first')
    .option('--port <number>', 'of the functions', String(USUAL_PORTS.functions))
    .option('--qstash-port <number>', 'of QStash', process.env.QSTASH_DEV_PORT ?? String(USUAL_PORTS.qstash))
    .option('--redis-port <number>', 'of Redis over REST', String(USUAL_PORTS.redis))
    .option('--postgres-port <number>', 'of the embedded PostgreSQL', String(USUAL_PORTS.postgres))
    .option('--inbox-port <number>', 'of the inbox', String(USUAL_PORTS.inbox))
    .addHelpText(
      'after',
      '\nA port that is taken is passed over for the next.\n\nExamples:\n  skene dev\n  skene dev --database-url postgresql://localhost/app\n  skene dev --fresh --port 4000\n  skene dev --port 3100 --app http://127.0.0.1:3000/api/skene',
    )
    .action(async (path: string, flags: DevFlags) => {
      const { handle } = await import('../handlers/dev.ts');
      await handle(path, flags, context);
    });
}
