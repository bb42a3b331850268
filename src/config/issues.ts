import type * as z from 'zod';
import { allowedKeys, closestKey } from './keys.ts';
import { authorPath, type ConfigPath, type ExportForm, formatPath } from './path.ts';

/** A stable name for each kind of problem `skene check` finds. */
export type IssueCode =
  | 'syntax'
  | 'load'
  | 'no_export'
  | 'invalid'
  | 'unknown_key'
  | 'missing_key'
  | 'duration'
  | 'cron'
  | 'timezone'
  | 'glob'
  | 'duplicate_id'
  | 'trigger_missing'
  | 'query_syntax'
  | 'query_not_select'
  | 'query_not_update'
  | 'query_multiple'
  | 'query_parameter'
  | 'query_dialect'
  | 'template_not_found'
  | 'template_syntax'
  | 'template_variable'
  | 'action_not_found'
  | 'condition_mismatch'
  // warnings only
  | 'query_always_met'
  | 'sender_missing'
  | 'repeat_mailing';

/** One problem of a configuration. */
export interface ConfigIssue {
  code: IssueCode;
  /** Where, as the author would write it: `loops[1].steps[0].delay`; empty for the whole file. */
  path: string;
  /** The same in parts, to find the place in the source. */
  parts: ConfigPath;
  /** What was found, as the predicate of a sentence whose subject is the path. */
  message: string;
  /** What to write instead. */
  hint?: string | undefined;
  /** A warning does not fail the check. */
  severity?: 'error' | 'warning';
}

/** What was parsed, by which schema, and how the author wrote it. */
interface Parsed {
  schema: z.core.$ZodType;
  input: unknown;
  form: ExportForm;
}

/** Says what zod found in the words of the loop language. */
export function issuesOf(error: z.ZodError, parsed: Parsed): ConfigIssue[] {
  return error.issues.flatMap((zodIssue) => toIssues(zodIssue, parsed));
}

function toIssues(zodIssue: z.core.$ZodIssue, parsed: Parsed): ConfigIssue[] {
  const at = (path: ReadonlyArray<PropertyKey>) => {
    const parts = authorPath(path, parsed.form);
    return { parts, path: formatPath(parts) };
  };
  const found = valueAt(parsed.input, zodIssue.path);
  switch (zodIssue.code) {
    case 'custom': {
      const params = zodIssue.params as { issue?: IssueCode; hint?: string } | undefined;
      return [
        {
          code: params?.issue ?? 'invalid',
          ...at(zodIssue.path),
          message: zodIssue.message,
          hint: params?.hint,
        },
      ];
    }
    case 'unrecognized_keys':
      return zodIssue.keys.map((key) => ({
        code: 'unknown_key',
        ...at([...zodIssue.path, key]),
        message: 'is not a key that belongs here',
        hint: keyHint(key, allowedKeys(parsed.schema, parsed.input, zodIssue.path)),
      }));
    case 'invalid_union': {
      const meant = meantMember(zodIssue);
      if (meant !== undefined)
        return meant.flatMap((inner) =>
          toIssues({ ...inner, path: [...zodIssue.path, ...inner.path] }, parsed),
        );
      return [{ code: 'invalid', ...at(zodIssue.path), ...unionProblem(zodIssue, found) }];
    }
    case 'invalid_value':
      return [
        {
          code: 'invalid',
          ...at(zodIssue.path),
          message: `is ${describe(found)}`,
          hint: `write ${list(zodIssue.values)}`,
        },
      ];
    case 'invalid_type':
      return [
        {
          code: found === undefined ? 'missing_key' : 'invalid',
          ...at(zodIssue.path),
          message: `is ${describe(found)}`,
          hint: `write ${article(zodIssue.expected)}`,
        },
      ];
    default:
      return [
        { code: 'invalid', ...at(zodIssue.path), message: `is ${describe(found)}: ${zodIssue.message}` },
      ];
  }
}

/** The member of a union that the author was evidently writing: the only one that failed inside and not as a whole. */
function meantMember(zodIssue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  const failedInside = zodIssue.errors.filter((problems) =>
    problems.every(
      (problem) => problem.path.length > 0 || !['invalid_type', 'invalid_value'].includes(problem.code),
    ),
  );
  return failedInside.length === 1 ? failedInside[0] : undefined;
}

function unionProblem(
  zodIssue: z.core.$ZodIssueInvalidUnion,
  found: unknown,
): { message: string; hint?: string } {
  const options = 'options' in zodIssue && Array.isArray(zodIssue.options) ? zodIssue.options : [];
  if (zodIssue.discriminator === undefined || options.length === 0) {
    const reasons = zodIssue.errors.flat().map((problem) => problem.message);
    return { message: `is ${describe(found)}`, hint: [...new Set(reasons)].join('; or: ') };
  }
  return { message: `is ${describe(found)}`, hint: `write ${list(options)}` };
}

function keyHint(key: string, allowed: readonly string[]): string {
  const closest = closestKey(key, allowed);
  return `${closest === undefined ? '' : `did you mean ${closest}? `}The keys here are ${list(allowed)}`;
}

function valueAt(input: unknown, path: ReadonlyArray<PropertyKey>): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    input,
  );
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return `"${value.length > 60 ? `${value.slice(0, 57)}...` : value}"`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function article(expected: string): string {
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

function list(values: readonly unknown[]): string {
  const words = values.map((value) => (typeof value === 'string' ? value : String(value)));
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
