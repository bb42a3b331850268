import { workflows } from '../../../workflows/index.ts';
import { type Backtest, backtest, compareBacktests, type Difference } from '../../backtest/index.ts';
import type { Project } from '../../project/index.ts';
import type { CommandContext } from '../command.ts';
import { configAt } from '../config-at.ts';
import { EXIT } from '../exit-code.ts';
import { onTarget } from '../open-target.ts';
import { createProgress } from '../progress.ts';
import { requireProject } from '../require-deployment.ts';
import { timeOf } from '../run-text.ts';
import type { OpenFlags } from '../target-options.ts';
import type { Terminal } from '../terminal.ts';

/** Options of `skene backtest`. */
export interface Flags extends OpenFlags {
  days: number;
  users: number;
  time: Record<string, string>;
  against?: string;
}

const DAY_MS = 86_400_000;
const SHOWN = 20;

/** What `skene backtest` does. */
export async function handle(loop: string, flags: Flags, { terminal, exit }: CommandContext): Promise<void> {
  const to = Date.now();
  const say = createProgress(terminal);
  const [found, difference] = await onTarget(flags, terminal, async ({ project, database }) => {
    const before = flags.against === undefined ? undefined : await projectAt(flags.against, flags, terminal);
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
