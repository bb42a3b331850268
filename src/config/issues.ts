import type * as z from 'zod';
import { allowedKeys, closestKey } from './keys.ts';
import { authorPath, type ConfigPath, type ExportForm, formatPath } from './path.ts';
import { quoted } from './quoted.ts';

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
  | 'query_column'
  | 'query_type'
  | 'template_not_found'
  | 'template_syntax'
  | 'template_variable'
  | 'action_not_found'
  | 'condition_mismatch'
  | 'variant_pinned'
  | 'limit_exceeded'
  // warnings only
  | 'query_always_met'
  | 'query_table'
  | 'sender_missing'
  | 'repeat_mailing'
  | 'goal_first';

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

/** An issue without its place. */
type Finding = Pick<ConfigIssue, 'code' | 'message' | 'hint'>;

function toIssues(zodIssue: z.core.$ZodIssue, parsed: Parsed): ConfigIssue[] {
  if (zodIssue.code === 'unrecognized_keys') return unknownKeys(zodIssue, parsed);
  if (zodIssue.code === 'invalid_union') return unionIssues(zodIssue, parsed);
  const found = valueAt(parsed.input, zodIssue.path);
  return [placed(describeIssue(zodIssue, found), zodIssue.path, parsed)];
}

/** Puts a finding where it belongs. At the head of the file the subject is what it exports. */
function placed(finding: Finding, path: ReadonlyArray<PropertyKey>, { form }: Parsed): ConfigIssue {
  const parts = authorPath(path, form);
  const place = { code: finding.code, parts, path: formatPath(parts) };
  if (parts.length > 0) return { ...place, message: finding.message, hint: finding.hint };
  const message = finding.message.replace(/^is (?:missing$)?/, (was) =>
    was === 'is ' ? 'exports ' : 'exports nothing',
  );
  return {
    ...place,
    message,
    hint: 'write export default defineLoop({ ... }), or defineConfig({ loops: [...] })',
  };
}

function describeIssue(zodIssue: z.core.$ZodIssue, found: unknown): Finding {
  switch (zodIssue.code) {
    case 'custom': {
      const params = zodIssue.params as { issue?: IssueCode; hint?: string } | undefined;
      return { code: params?.issue ?? 'invalid', message: zodIssue.message, hint: params?.hint };
    }
    case 'invalid_value':
      return expected(found, list(zodIssue.values));
    case 'invalid_type':
      return expected(found, nameOfType(zodIssue.expected));
    case 'too_small':
      return outOfRange(
        found,
        `${zodIssue.inclusive === false ? 'more than' : 'at least'} ${zodIssue.minimum}`,
      );
    case 'too_big':
      return outOfRange(found, `at most ${zodIssue.maximum}`);
    case 'invalid_key':
      return {
        code: 'invalid',
        ...worded(quoted(String(zodIssue.path.at(-1))), zodIssue.issues[0]?.message ?? 'is not a name'),
      };
    default:
      return { code: 'invalid', ...worded(describe(found), zodIssue.message) };
  }
}

function expected(found: unknown, what: string): Finding {
  return {
    code: found === undefined ? 'missing_key' : 'invalid',
    message: `is ${describe(found)}`,
    hint: `write ${what}`,
  };
}

function outOfRange(found: unknown, bound: string): Finding {
  if (found === '') return { code: 'invalid', message: 'is empty', hint: 'write something' };
  if (Array.isArray(found))
    return { code: 'invalid', message: `is ${describe(found)}`, hint: `write ${bound} of them` };
  return { code: 'invalid', message: `is ${describe(found)}`, hint: `write a number that is ${bound}` };
}

/** Our schemas word a failed format as `is not a name; write letters`. */
function worded(subject: string, message: string): Pick<ConfigIssue, 'message' | 'hint'> {
  const [what = message, ...hints] = message.split('; ');
  return { message: `${subject} ${what}`, hint: hints.length === 0 ? undefined : hints.join('; ') };
}

function unknownKeys(
  { path, keys }: Pick<z.core.$ZodIssueUnrecognizedKeys, 'path' | 'keys'>,
  parsed: Parsed,
): ConfigIssue[] {
  const allowed = allowedKeys(parsed.schema, parsed.input, path);
  return keys.map((key) => {
    const message = 'is not a key that belongs here';
    return placed({ code: 'unknown_key', message, hint: keyHint(key, allowed) }, [...path, key], parsed);
  });
}

function unionIssues(zodIssue: z.core.$ZodIssueInvalidUnion, parsed: Parsed): ConfigIssue[] {
  const { path, errors } = zodIssue;
  const meant = meantMember(zodIssue);
  if (meant !== undefined)
    return meant.flatMap((inner) => toIssues({ ...inner, path: [...path, ...inner.path] }, parsed));
  const found = valueAt(parsed.input, path);
  const options = 'options' in zodIssue && Array.isArray(zodIssue.options) ? zodIssue.options : [];
  if (options.length > 0) return [placed(expected(found, list(options)), path, parsed)];
  if (typeof found !== 'object' || found === null) {
    return [placed(expected(found, list([...new Set(errors.flatMap(wantedBy))])), path, parsed)];
  }
  const allowed = allowedKeys(parsed.schema, parsed.input, path);
  const keys = Object.keys(found).filter((key) => !allowed.includes(key));
  if (keys.length > 0 && allowed.length > 0) return unknownKeys({ path, keys }, parsed);
  const extra = [
    ...new Set(
      errors.flat().flatMap((problem) => (problem.code === 'unrecognized_keys' ? problem.keys : [])),
    ),
  ];
  const message =
    extra.length > 1 ? `has ${extra.join(' and ')}, which do not go together` : `is ${describe(found)}`;
  const hint =
    extra.length > 1 ? 'write one of them' : `write ${list([...new Set(errors.flatMap(wantedBy))])}`;
  return [placed({ code: 'invalid', message, hint }, path, parsed)];
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

/** What a member of a union would have taken. */
function wantedBy(problems: readonly z.core.$ZodIssue[]): string[] {
  return problems.flatMap((problem) => {
    if (problem.path.length > 0) return [];
    if (problem.code === 'invalid_type') return [nameOfType(problem.expected)];
    return problem.code === 'invalid_value' ? problem.values.map(String) : [];
  });
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
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** A type as one speaks of it: `a string`, `an object`, `a whole number`. */
function nameOfType(type: string): string {
  if (type === 'int') return 'a whole number';
  if (type === 'boolean') return 'true or false';
  return type === 'null' ? 'null' : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function list(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
