import { join, resolve } from 'node:path';
import { EnvError } from '../../errors/index.ts';
import { type Inspection, inspectRepository, listFindings } from '../../inspect/index.ts';
import { checkProject } from '../../project/index.ts';
import { type Answers, type Proposal, propose } from '../../propose/index.ts';
import { askApp, askQuestion } from '../ask.ts';
import { confirmed } from '../confirm.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { printFindings } from '../print-findings.ts';
import { printIssues } from '../print-issues.ts';
import type { Terminal } from '../terminal.ts';
import { writeProposed } from '../write-proposed.ts';
import { summaryOf } from './check.ts';

/** Options of `skene init`. */
export interface InitFlags {
  app?: string;
  loop?: string;
  yes?: boolean;
  json?: boolean;
  dryRun?: boolean;
}

/** What `skene init` does. */
export async function init(path: string, flags: InitFlags, terminal: Terminal): Promise<ExitCode> {
  const { yes = false, json = false, dryRun = false } = flags;
  const isAsking = !yes && !json && !dryRun && process.stdin.isTTY === true && process.stdout.isTTY === true;
  const inspection = await inspect(path, flags, isAsking);
  if (!json) printFindings(inspection, terminal);
  const { proposal, answers } = await decide(inspection, { loop: flags.loop, isAsking });
  const isWriting = !dryRun && proposal.files.length > 0 && (yes || !json);
  if (json) {
    const written = isWriting ? await writeProposed(proposal.files, { root: inspection.root }) : [];
    terminal.out(JSON.stringify(documentOf(inspection, proposal, written), undefined, 2));
    return codeOf(proposal);
  }
  if (flags.app === undefined) printApps(inspection, path, { isAsking, terminal });
  printProposal(proposal, terminal, { withText: dryRun, answers });
  if (!isWriting) return codeOf(proposal);
  if (!(await confirmed('Write these files?', { yes, usual: true }))) {
    terminal.out('Nothing was written.');
    return EXIT.problems;
  }
  return write(inspection, proposal, { isAsking, terminal });
}

/** Reads the repository; of a monorepo the application that is meant. @throws {EnvError} USAGE when there is none of that name. */
async function inspect(path: string, { app }: InitFlags, isAsking: boolean): Promise<Inspection> {
  const inspection = await inspectRepository(path, app?.replace(/^\.\/|\/$/g, ''));
  const { apps } = inspection;
  if (app !== undefined && !apps.includes(inspection.app))
    throw new EnvError('USAGE', `There is no application in ${app}.`, {
      hint: `Name one of: ${apps.join(', ') || 'none was found'}.`,
    });
  if (app !== undefined || !isAsking || !isOpen(inspection, path)) return inspection;
  const chosen = await askApp(apps);
  return chosen === inspection.app ? inspection : inspectRepository(path, chosen);
}

/** Whether several applications may be meant. */
function isOpen({ apps, root }: Inspection, path: string): boolean {
  return apps.length > 1 && !apps.includes('') && resolve(path) === root;
}

/** Says which application was taken, where nobody was asked. */
function printApps(
  inspection: Inspection,
  path: string,
  { isAsking, terminal: { out, colors } }: { isAsking: boolean; terminal: Terminal },
): void {
  if (isAsking || !isOpen(inspection, path)) return;
  const others = inspection.apps.filter((app) => app !== inspection.app).join(', ');
  out(
    colors.dim(
      `Which application are the loops for? Taken: ${inspection.app}. --app names another: ${others}\n`,
    ),
  );
}

/** Proposes, and asks what is open until nothing is. */
async function decide(
  inspection: Inspection,
  { loop, isAsking }: { loop: string | undefined; isAsking: boolean },
): Promise<{ proposal: Proposal; answers: Answers }> {
  const answers: Answers = loop === undefined ? {} : { loop };
  for (;;) {
    const proposal = propose(inspection, answers);
    if (loop !== undefined && proposal.loop !== undefined && proposal.loop !== loop)
      throw new EnvError('USAGE', `Nothing was found that a loop of type ${loop} could stand on.`, {
        hint: `Leave --loop away, or write it by hand: skene prompt prints the language. What fits is ${proposal.loop}.`,
      });
    const open = isAsking ? proposal.questions.find(({ id }) => answers[id] === undefined) : undefined;
    if (open === undefined) return { proposal, answers };
    answers[open.id] = await askQuestion(open);
  }
}

function printProposal(
  { files, obstacle, questions }: Proposal,
  { out, colors }: Terminal,
  { withText, answers }: { withText: boolean; answers: Answers },
): void {
  if (obstacle !== undefined) {
    out(`${colors.yellow('No loop')} ${obstacle}`);
    out('  Run it where your application is, or write the loop yourself: skene prompt prints the language.');
    return;
  }
  if (files.length === 0) {
    out('Everything is here already: nothing to write.');
    return;
  }
  for (const { path, text, isAddition, purpose } of files) {
    out(`${colors.green(isAddition ? 'add to' : 'write ')} ${colors.bold(path)}  ${colors.dim(purpose)}`);
    if (withText) out(`\n${text.trimEnd().replaceAll(/^/gm, '    ')}\n`);
  }
  const open = questions.filter(({ id, choices }) => answers[id] === undefined && choices.length > 1);
  for (const { message, usual } of open) out(colors.dim(`  ${message} Taken: ${usual}`));
}

async function write(
  inspection: Inspection,
  { files, nextSteps }: Proposal,
  { isAsking, terminal }: { isAsking: boolean; terminal: Terminal },
): Promise<ExitCode> {
  const written = await writeProposed(files, {
    root: inspection.root,
    mayReplace: async (path) => {
      if (isAsking) return confirmed(`${path} is there already. Replace it?`, { yes: false });
      terminal.note(`${path} is there already and was kept.`);
      return false;
    },
  });
  const config = written.find((path) => /skene\.config\.\w+$/.test(path));
  let code: ExitCode = EXIT.ok;
  if (config !== undefined) {
    const result = await checkProject({ file: join(inspection.root, config) });
    printIssues(result.issues, terminal, { source: result.source });
    terminal.out(summaryOf(result));
    if (result.deployment === undefined) code = EXIT.problems;
  }
  terminal.out('\nNext:');
  for (const [index, step] of nextSteps.entries()) terminal.out(`  ${index + 1}. ${step}`);
  return code;
}

function codeOf({ obstacle }: Proposal): ExitCode {
  return obstacle === undefined ? EXIT.ok : EXIT.problems;
}

function documentOf(inspection: Inspection, proposal: Proposal, written: readonly string[]) {
  const { root, app, apps, problems } = inspection;
  const { loop = null, obstacle = null, questions, files, nextSteps } = proposal;
  const findings = listFindings(inspection);
  return { root, app, apps, findings, problems, loop, obstacle, questions, files, nextSteps, written };
}
