import { Cron } from 'croner';
import * as z from 'zod';
import { DURATION_FORMS, parseDuration } from './duration.ts';
import { globProblem } from './glob.ts';
import { quoted } from './quoted.ts';

/** The texts of the loop language that have a form of their own: what each may be, and what is said of one that is none. */

/** What the parts of the language are called, and what they mean: for the JSON Schema, and whoever reads it. */
export const Vocabulary = z.registry<{ id: string; description: string }>();

const issue = (code: string, message: string, hint: string) => ({ message, params: { issue: code, hint } });

/** A span of time. */
export const Duration = z.string().superRefine((text, context) => {
  if (parseDuration(text) !== undefined) return;
  context.addIssue({
    code: 'custom',
    ...issue('duration', `${quoted(text)} is not a duration`, `write ${DURATION_FORMS}`),
  });
});
Duration.register(Vocabulary, { id: 'Duration', description: `a span of time: ${DURATION_FORMS}` });

/** A time zone by its IANA name. */
export const TimeZone = z.string().superRefine((name, context) => {
  if (isTimeZone(name)) return;
  context.addIssue({
    code: 'custom',
    ...issue(
      'timezone',
      `${quoted(name)} is not a time zone`,
      'write an IANA name such as Europe/Helsinki, or UTC',
    ),
  });
});
TimeZone.register(Vocabulary, {
  id: 'TimeZone',
  description: 'an IANA name such as Europe/Helsinki, or UTC',
});

/** When a schedule ticks. */
export const CronExpression = z.string().superRefine((expression, context) => {
  const problem = cronProblem(expression);
  if (problem === undefined) return;
  const hint = 'write five fields: minute hour day month weekday, such as 0 9 * * * for daily at nine';
  context.addIssue({
    code: 'custom',
    ...issue('cron', `${quoted(expression)} is not a cron expression: ${problem}`, hint),
  });
});
CronExpression.register(Vocabulary, {
  id: 'Cron',
  description: 'five fields: minute hour day month weekday; 0 9 * * * is daily at nine',
});

/** The paths that a request may have. */
export const Glob = z.string().superRefine((glob, context) => {
  const problem = globProblem(glob);
  if (problem === undefined) return;
  const hint = 'write a path such as /api/features/*, or /api/** for everything below /api';
  context.addIssue({ code: 'custom', ...issue('glob', `${quoted(glob)} ${problem}`, hint) });
});
Glob.register(Vocabulary, {
  id: 'Glob',
  description: 'a path of a request: /api/features/*, or /api/** for everything below /api',
});

/** A table, with its schema in front where that is not `public`. */
export const Identifier = z.string().regex(/^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)?$/, {
  error:
    'is not a table or column name; write letters, digits and underscores, with a schema in front if need be',
});
Identifier.register(Vocabulary, {
  id: 'Table',
  description:
    'a table as the database calls it, unquoted, capitals kept; with its schema in front unless that is public',
});

/** A column. */
export const Column = z
  .string()
  .regex(/^[A-Za-z_][\w$]*$/, { error: 'is not a column name; write letters, digits and underscores' });
Column.register(Vocabulary, {
  id: 'Column',
  description: 'a column as the database calls it, unquoted, capitals kept',
});

/** Where a link may lead that somebody is shown: a path of the app, or the web. Nothing that a browser would run. */
export const Link = z.string().regex(/^(?:https?:\/\/[^\s/]|\/(?![/\\]))\S*$/i, {
  error: 'is not a link; write a path such as /pricing, or an address that begins with https://',
});
Link.register(Vocabulary, {
  id: 'Link',
  description: 'a path of the app such as /pricing, or an address that begins with https://',
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function cronProblem(expression: string): string | undefined {
  const fields = expression.trim().split(/\s+/).length;
  if (fields !== 5) return `it has ${fields} field${fields === 1 ? '' : 's'}, not five`;
  try {
    new Cron(expression, { maxRuns: 0, paused: true }).stop();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
  }
}
