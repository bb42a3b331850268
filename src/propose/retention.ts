import { InternalError } from '../errors/index.ts';
import type { NamedKeyAction, Users } from '../inspect/index.ts';
import { type Entry, entry, literal, object } from './code.ts';
import type { DraftContext, LoopDraft } from './draft.ts';
import { shownPlace } from './question.ts';
import { dialectOf } from './select-row.ts';
import { daysAgo, sqlName } from './sql-names.ts';
import { returnTemplate } from './templates.ts';
import { emailAction, nameEntry, userValue } from './user-values.ts';

const DORMANT_DAYS = 7;

/** The loop that looks each morning for users who have gone, and invites them back. */
export function draftRetention({ users }: DraftContext & { users: Users }): LoopDraft {
  const { lastActivity } = users;
  return {
    type: 'retention',
    opinion: 'Users who have been away for a week come back when they are shown where they stopped',
    step: [
      entry('trigger', object(entry('type', literal('schedule')), entry('cron', literal('0 9 * * *'))), [
        'Daily at nine, UTC.',
      ]),
      entry(
        'condition',
        object(
          entry('type', literal('query')),
          entry('query', literal(audienceOf(users))),
          entry('timeout', literal('10m')),
        ),
        notesOf(users),
      ),
      entry(
        'action',
        emailAction('re_engagement', [nameEntry(users), lastActivity && lastActivityEntry(lastActivity)]),
      ),
    ],
    recovery: object(entry('retries', literal(3)), entry('backoff', literal('exponential'))),
    template: returnTemplate(),
    tables: [],
    questions: [],
  };
}

/** What tells when users were last there, where their own table does not: the rows of what they do. */
export function activityLog({ keyActions }: Users): NamedKeyAction | undefined {
  return keyActions.find(({ created }) => created?.kind === 'time');
}

function audienceOf(users: Users): string {
  const dialect = dialectOf(users);
  const name = (text: string) => sqlName(text, dialect);
  const before = daysAgo(DORMANT_DAYS, dialect);
  const flag = users.mailedFlag === undefined ? '' : ` AND ${name(users.mailedFlag.name)} = false`;
  if (users.lastActivity !== undefined)
    return `SELECT * FROM ${name(users.table.name)} WHERE ${name(users.lastActivity.name)} < ${before}${flag}`;
  const log = activityLog(users);
  if (log?.created === undefined)
    throw new InternalError(`Nothing tells when the rows of ${users.table.name} were last active.`);
  const since = `SELECT 1 FROM ${name(log.table.name)} a WHERE a.${name(log.owner.name)} = u.${name(users.id)} AND a.${name(log.created.name)} > ${before}`;
  const old = users.created === undefined ? '' : ` AND u.${name(users.created.name)} < ${before}`;
  return `SELECT * FROM ${name(users.table.name)} u WHERE NOT EXISTS (${since})${old}${flag}`;
}

function notesOf({ lastActivity, mailedFlag, ...users }: Users): string[] {
  const seen = lastActivity ?? activityLog({ lastActivity, mailedFlag, ...users })?.created;
  return [
    ...(seen === undefined ? [] : [`${shownPlace(seen.place)} ${seen.name} tells when they were last there`]),
    ...(mailedFlag === undefined
      ? []
      : [
          `${shownPlace(mailedFlag.place)} ${mailedFlag.name}: Skene itself keeps who was mailed; nothing sets it unless your app does`,
        ]),
  ];
}

function lastActivityEntry(column: NonNullable<Users['lastActivity']>): Entry {
  return entry('lastActivity', userValue(column));
}
