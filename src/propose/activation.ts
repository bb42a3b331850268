import type { NamedKeyAction, Users } from '../inspect/index.ts';
import { type Code, type Entry, entry, literal, object } from './code.ts';
import type { DraftContext, LoopDraft } from './draft.ts';
import { type Question, shownPlace } from './question.ts';
import { selectRow } from './select-row.ts';
import { tableSettings } from './table-settings.ts';
import { welcomeTemplate } from './templates.ts';
import { emailAction, nameEntry, userValue } from './user-values.ts';

/** How long a new user has for the first step. */
const PATIENCE = '5m';

const NO_LINK = [
  'Nothing here says where the first step begins, so the email has no link. Add it to the personalization:',
  "activationLink: 'https://…'",
];

/** Something that users do, which may be the moment that matters. */
interface Candidate {
  /** How it is chosen: the table, or the table and what was done. */
  id: string;
  action: NamedKeyAction;
  value: string | undefined;
  reason: string;
}

/** The loop that waits for a new user's first key action and then welcomes them. */
export function draftActivation({ inspection, users, answers }: DraftContext): LoopDraft {
  const candidates = users === undefined ? [] : candidatesOf(users);
  const chosen = candidates.find(({ id }) => id === answers.action) ?? candidates[0];
  const questions: Question[] = candidates.length > 1 ? [actionQuestion(candidates)] : [];
  const hasLink = users?.link !== undefined;
  const link = answers.link?.trim() ?? '';
  if (!hasLink) questions.push(linkQuestion(inspection.variables.map(({ name }) => name)));
  return {
    type: 'activation',
    opinion: 'Users who come to their first key action soon after signing up stay',
    step: [
      triggerOf(users, {
        auth: inspection.stack.auth.map(({ what }) => what),
        isChosen: answers.users !== undefined,
      }),
      chosen === undefined || users === undefined
        ? eventCondition()
        : entry(
            'condition',
            queryOf(chosen, users),
            notesOf(chosen, candidates, { users, isChosen: answers.action !== undefined }),
          ),
      entry(
        'action',
        emailAction('activation_welcome', [nameEntry(users), linkEntry(users, link)]),
        hasLink || link !== '' ? [] : NO_LINK,
      ),
    ],
    recovery: object(entry('retries', literal(3)), entry('backoff', literal('exponential'))),
    template: welcomeTemplate(),
    tables: [...(users === undefined ? [] : tableSettings(users, chosen?.action))],
    questions,
  };
}

/** What users do, the likeliest first: an action that the code names, a table of its own, then whatever a log holds. */
function candidatesOf({ keyActions }: Users): Candidate[] {
  const named = keyActions.flatMap((action) =>
    action.values.map(({ value, evidence }) => ({
      id: `${action.table.name}:${value}`,
      action,
      value,
      reason: `${shownPlace(evidence)} ${evidence.why}`,
    })),
  );
  const whole = keyActions.map((action) => ({
    id: action.table.name,
    action,
    value: undefined,
    reason: action.evidence.map((one) => `${shownPlace(one)} ${one.why}`).join('; '),
  }));
  const own = whole.filter(({ action }) => action.action === undefined);
  const logs = whole.filter(({ action }) => action.action !== undefined);
  return [...named, ...own, ...logs];
}

function triggerOf(
  users: Users | undefined,
  { auth, isChosen }: { auth: readonly string[]; isChosen: boolean },
): Entry {
  if (users !== undefined) {
    const where = users.evidence.map((one) => `${shownPlace(one)} ${one.why}`);
    const trigger = object(
      entry('type', literal('database')),
      entry('table', literal(users.table.name)),
      entry('event', literal('insert')),
    );
    const isSure = users.confidence === 'certain' || isChosen;
    return entry(
      'trigger',
      trigger,
      isSure ? where : ['It is not certain that this is the table of users:', ...where],
    );
  }
  const isClerk = auth.includes('clerk');
  return entry(
    'trigger',
    object(
      entry('type', literal('webhook')),
      entry('provider', literal(isClerk ? 'clerk' : 'nextauth')),
      entry('event', literal(isClerk ? 'user.created' : 'createUser')),
    ),
    ['No table of users was found, so the sign-up is told by who signs them in.'],
  );
}

function eventCondition(): Entry {
  const condition = object(
    entry('type', literal('event')),
    entry('name', literal('project.created')),
    entry('timeout', literal(PATIENCE)),
  );
  return entry('condition', condition, [
    'No table was found that holds what users do. Choose a name for their first key action, and send it where it happens:',
    "await track({ name: 'project.created', subject: user.id })   // track is in @skene/sdk",
    "Or, with a table: { type: 'query', query: 'SELECT * FROM … WHERE user_id = $1' }",
  ]);
}

function queryOf({ action, value }: Candidate, users: Users): Code {
  return object(
    entry('type', literal('query')),
    entry('query', literal(selectRow(action, value, users))),
    entry('timeout', literal(PATIENCE)),
  );
}

function notesOf(
  chosen: Candidate,
  candidates: readonly Candidate[],
  { users, isChosen }: { users: Users; isChosen: boolean },
): string[] {
  const others = candidates.filter((other) => other !== chosen);
  const isSure =
    isChosen ||
    (chosen.value !== undefined && others.every(({ value }) => value === undefined)) ||
    others.length === 0;
  const isAnything = chosen.value === undefined && chosen.action.action !== undefined;
  return [
    chosen.reason,
    ...(isSure
      ? []
      : ['Which of these is the moment they have got it? It is not certain; the first was taken.']),
    ...(isAnything
      ? [`Any row will do so far. Narrow it to one: AND ${chosen.action.action?.name} = '…'`]
      : []),
    ...(isChosen
      ? []
      : others
          .slice(0, 5)
          .map(
            (other) =>
              `Or: ${selectRow(other.action, other.value, users)}   (${shownPlace(other.action.table.place)})`,
          )),
  ];
}

function actionQuestion(candidates: readonly Candidate[]): Question {
  return {
    id: 'action',
    message: "Which is a user's first key action?",
    choices: candidates.map(({ id, action, value, reason }) => ({
      value: id,
      label: value === undefined ? `a row in ${action.table.name}` : `'${value}' in ${action.table.name}`,
      hint: reason,
    })),
    usual: candidates[0]?.id ?? '',
  };
}

function linkQuestion(variables: readonly string[]): Question {
  const address = variables.find((name) => /^(?:NEXT_PUBLIC_)?(?:APP|SITE|BASE|PUBLIC)_URL$/.test(name));
  return {
    id: 'link',
    message: `Where does the first step begin? The welcome email links there${address ? ` (the app has ${address})` : ''}; leave it empty for no link.`,
    choices: [],
    usual: '',
  };
}

function linkEntry(users: Users | undefined, answer: string): Entry | undefined {
  if (users?.link !== undefined) return entry('activationLink', userValue(users.link));
  return answer === '' ? undefined : entry('activationLink', literal(answer));
}
