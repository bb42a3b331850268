import { posix } from 'node:path';
import type { Inspection, Users } from '../inspect/index.ts';
import { draftActivation } from './activation.ts';
import { configFile } from './config-file.ts';
import type { LoopDraft, LoopType } from './draft.ts';
import { exampleEntries } from './env-example.ts';
import { draftFreemium } from './freemium.ts';
import { nextSteps } from './next-steps.ts';
import { type Answers, type Question, shownPlace } from './question.ts';
import { activityLog, draftRetention } from './retention.ts';
import { routeFile } from './route-file.ts';

export type { Answers, Question };

/** A file that would be written. */
export interface ProposedFile {
  /** From the repository's root. */
  path: string;
  /** The whole file; or what is added to the end of one that is there. */
  text: string;
  isAddition: boolean;
  /** What it is for. */
  purpose: string;
}

/** What would be written into a repository, and what is left to do. */
export interface Proposal {
  /** The loop that is proposed; none where there is a config already, or nobody to write to. */
  loop: LoopType | undefined;
  /** Why there is no loop. */
  obstacle: string | undefined;
  questions: Question[];
  files: ProposedFile[];
  nextSteps: string[];
}

/**
 * Proposes the loop that fits a repository and the files that begin it; of what is there already, nothing.
 * @param answers what somebody has decided; all else is taken as it is likeliest.
 */
export function propose(inspection: Inspection, answers: Answers = {}): Proposal {
  const { installed, app } = inspection;
  const files: ProposedFile[] = [];
  const within = (name: string) => posix.join(app, name);
  const add = (path: string, text: string, purpose: string) =>
    files.push({ path, text, purpose, isAddition: false });

  const drafted = installed.config === undefined ? draftLoop(inspection, answers) : undefined;
  if (drafted?.draft !== undefined) {
    const { draft, users } = drafted;
    const name = inspection.isJavaScript ? 'skene.config.mjs' : 'skene.config.ts';
    add(within(name), configFile(draft, { inspection, users }), 'the loop');
    if (!installed.templates.includes(draft.template.name))
      add(within(`emails/${draft.template.name}.md`), draft.template.text, 'the email it sends');
  }
  const hasLoop = drafted?.draft !== undefined || installed.config !== undefined;
  const route = hasLoop ? routeFile(inspection) : undefined;
  if (route !== undefined) add(route.path, route.text, "Skene's functions in your app");
  const entries = hasLoop ? exampleEntries(inspection, drafted?.users) : '';
  if (entries !== '')
    files.push({
      path: installed.example?.file ?? within('.env.example'),
      text: entries,
      isAddition: installed.example !== undefined,
      purpose: 'the variables it needs, without values',
    });
  return {
    loop: drafted?.draft?.type,
    obstacle: hasLoop ? undefined : obstacleOf(inspection),
    questions: drafted?.questions ?? [],
    files,
    nextSteps: hasLoop ? nextSteps(inspection, route !== undefined) : [],
  };
}

interface Drafted {
  users: Users | undefined;
  draft: LoopDraft | undefined;
  questions: Question[];
}

function draftLoop(inspection: Inspection, answers: Answers): Drafted {
  const users = inspection.users.find(({ table }) => table.name === answers.users) ?? inspection.users[0];
  const questions: Question[] = inspection.users.length > 1 ? [usersQuestion(inspection.users)] : [];
  const types = fittingLoops(inspection, users);
  if (types.length > 1) questions.push(loopQuestion(types));
  const type = types.find((one) => one === answers.loop) ?? types[0];
  const context = { inspection, users, answers };
  const draft =
    type === 'freemium'
      ? draftFreemium(context)
      : type === 'retention' && users !== undefined
        ? draftRetention({ ...context, users })
        : type === 'activation'
          ? draftActivation(context)
          : undefined;
  return { users, draft, questions: [...questions, ...(draft?.questions ?? [])] };
}

/** The loops a repository has what they need for, the one that fits best first. */
function fittingLoops({ stack, routes, installed }: Inspection, users: Users | undefined): LoopType[] {
  const hasStripe = stack.billing.some(({ what }) => what === 'stripe');
  const signsIn = stack.auth.some(({ what }) => what === 'clerk' || what === 'nextauth');
  const isSql = users !== undefined && users.table.dialect !== 'redis';
  const canReturn = isSql && (users.lastActivity !== undefined || activityLog(users) !== undefined);
  const canActivate = users !== undefined || signsIn;
  const hasActions =
    users?.keyActions.some(({ action, values }) => action === undefined || values.length > 0) ?? false;
  const canLimit = hasStripe && ((users?.usage.length ?? 0) > 0 || routes.length > 0);
  const isCounted = (canLimit && (users?.usage.length ?? 0) > 0) || installed.isGated;
  const isPaid = canLimit && (users?.subscriptions.length ?? 0) > 0;
  const ordered: Array<[LoopType, boolean]> = [
    ['freemium', isCounted],
    ['retention', canReturn && users?.mailedFlag !== undefined],
    ['activation', canActivate && hasActions],
    ['freemium', isPaid],
    ['retention', canReturn && users?.lastActivity !== undefined],
    ['activation', canActivate],
    ['retention', canReturn],
    ['freemium', canLimit],
  ];
  return [...new Set(ordered.filter(([, fits]) => fits).map(([type]) => type))];
}

function usersQuestion(candidates: readonly Users[]): Question {
  return {
    id: 'users',
    message: 'Which table has the users?',
    choices: candidates.map(({ table, evidence }) => ({
      value: table.name,
      label: table.name,
      hint: evidence.map((one) => `${shownPlace(one)} ${one.why}`).join('; '),
    })),
    usual: candidates[0]?.table.name ?? '',
  };
}

const SAID: Readonly<Record<LoopType, string>> = {
  activation: 'activation: welcome a new user who takes the first step',
  freemium: 'freemium: end free use at its limit and ask for an upgrade',
  retention: 'retention: invite back who has gone',
};

function loopQuestion(types: readonly LoopType[]): Question {
  return {
    id: 'loop',
    message: 'Which loop do you begin with?',
    choices: types.map((type) => ({ value: type, label: SAID[type] })),
    usual: types[0] ?? '',
  };
}

function obstacleOf({ stack, tables, apps }: Inspection): string {
  if (apps.length === 0 && tables.length === 0 && stack.databases.length === 0)
    return 'There is nothing here to begin with: no application that was recognised, no database and no tables.';
  if (
    stack.databases.some(({ what }) => what === 'other') ||
    tables.some(({ dialect }) => dialect === 'other')
  )
    return 'The users are in a database that loops cannot watch: they know PostgreSQL, Neon, MySQL, PlanetScale and Upstash Redis. With Clerk or NextAuth they would be told of sign-ups.';
  if (tables.length === 0)
    return 'There is nobody to write to: no tables were found, and neither Clerk nor NextAuth to tell of sign-ups.';
  return `There is nobody to write to: of ${tables.length} tables none has an address of email, and neither Clerk nor NextAuth tells of sign-ups.`;
}
