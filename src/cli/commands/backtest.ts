import { type Command, InvalidArgumentError } from 'commander';
import { workflows } from '../../../workflows/index.ts';
import { type Backtest, backtest, compareBacktests, type Difference } from '../../backtest/index.ts';
import type { Project } from '../../project/index.ts';
import type { CommandContext } from '../command.ts';
import { configAt } from '../config-at.ts';
import { countOf } from '../count-of.ts';
import { EXIT } from '../exit-code.ts';
import { type OpenFlags, onTarget, withTarget } from '../open-target.ts';
import { createProgress } from '../progress.ts';
import { requireProject } from '../require-deployment.ts';
import { timeOf } from '../run-text.ts';
import type { Terminal } from '../terminal.ts';

interface Flags extends OpenFlags {
  days: number;
  users: number;
  time: Record<string, string>;
  against?: string;
}

const DAY_MS = 86_400_000;
const SHOWN = 20;

/** `skene backtest <loop>` */
export function define(command: Command, { terminal, exit }: CommandContext): void {
  withTarget(command.argument('<loop>', 'the id of the loop'))
    .option('--days <number>', 'how far back', countOf, 30)
    .option('--users <number>', 'the most users that are looked at', countOf, 1_000)
    .option('--time <table=column>', 'the column that says when a row was written', timeColumn, {})
    .option('--against <ref>', 'also run the config as it is at this git ref, and show the difference')
    .addHelpText(
      'after',
      '\nReplays the rows of your own database through a loop, in virtual time, and says who would have entered, been mailed and been\nstopped, and when. The database is only read; emails go nowhere, custom actions do nothing. Queries are put to a local PostgreSQL, those of MySQL translated.\n\nExamples:\n  skene backtest activation\n  skene backtest activation --days 14 --against main',
    )
    .action(async (loop: string, flags: Flags) => {
      const to = Date.now();
      const say = createProgress(terminal);
      const [found, difference] = await onTarget(flags, terminal, async ({ project, database }) => {
        const before =
          flags.against === undefined ? undefined : await projectAt(flags.against, flags, terminal);
        const run = (version: Project, name: string) =>
          backtest({
            project: version,
            loop,
            database,
            workflows,
            from: to - flags.days * DAY_MS,
            to,
            users: flags.users,
            times: flags.time,
            onProgress: ({ done, of }) => say(`${name}: ${Math.floor((done / of) * 100)} %`),
          });
        const now = await run(project, loop);
        const old = before && (await run(before, `${loop} at ${flags.against}`));
        return [now, old && compareBacktests(old, now)] as const;
      });
      if (flags.json) terminal.out(JSON.stringify({ ...found, difference }, undefined, 2));
      else printBacktest(found, difference, terminal);
      exit(EXIT.ok);
    });
}

async function projectAt(ref: string, flags: Flags, terminal: Terminal): Promise<Project> {
  const copy = await configAt(ref, flags.config);
  try {
    return await requireProject(copy.file, terminal, flags);
  } finally {
    copy.remove();
  }
}

function printBacktest(
  { users, entered, mails, stops, from, to, notes }: Backtest,
  difference: Difference | undefined,
  { out, colors }: Terminal,
): void {
  out(
    `From ${timeOf(from)} to ${timeOf(to)}, of ${users} users: ${entered} would have entered, ${mails.length} emails been sent.`,
  );
  for (const { at, to: address, title } of mails.slice(0, SHOWN))
    out(`  ${timeOf(at)}  "${title}" to ${address}`);
  if (mails.length > SHOWN) out(colors.dim(`  and ${mails.length - SHOWN} more (--json has all)`));
  for (const [why, count] of countedBy(stops)) out(`${count} stopped: ${why}`);
  if (difference !== undefined) {
    const { more, fewer, changed } = difference;
    out(
      `Against the other version: ${more.length} users get more, ${fewer.length} fewer, ${changed.length} other emails.`,
    );
    for (const [name, list] of Object.entries(difference))
      if (list.length > 0) out(`  ${name}: ${(list as string[]).slice(0, SHOWN).join(', ')}`);
  }
  for (const note of notes) out(colors.dim(`Note: ${note}`));
}

function countedBy(stops: Backtest['stops']): Array<[string, number]> {
  const counts = new Map<string, number>();
  for (const { outcome, reason } of stops) {
    const why = reason === '' ? outcome : `${outcome} (${reason})`;
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one);
}

function timeColumn(text: string, before: Record<string, string>): Record<string, string> {
  const [table = '', column = ''] = text.split('=');
  if (table === '' || column === '')
    throw new InvalidArgumentError('Write table=column, such as users=joined_on.');
  return { ...before, [table]: column };
}
