import { dirname, join } from 'node:path';
import { compileConfig, dialectsOf, withDatabase } from '../compile/index.ts';
import {
  authorPath,
  type ConfigIssue,
  type ExportForm,
  formatPath,
  parseDuration,
  type ResolvedConfig,
  safeResolveConfig,
} from '../config/index.ts';
import { createEnv, type Env, type EnvSource } from '../env/index.ts';
import { EnvError } from '../errors/index.ts';
import type { Deployment } from '../plan/index.ts';
import type { Finding } from './checks/context.ts';
import { checkLimits } from './checks/limits.ts';
import { runChecks } from './checks/run-checks.ts';
import { findConfig } from './find-config.ts';
import { type LoadedConfig, type LocatedIssue, loadConfig } from './load.ts';
import { createLocator, type Locator } from './locate.ts';
import { readSchema } from './schema.ts';
import type { SourceFile } from './source-file.ts';
import { readTemplates, type TemplateProblem } from './templates.ts';

/** What to check, and in which surroundings. */
export interface CheckOptions {
  /** The config or its folder; the working directory unless told. */
  file?: string | undefined;
  /** The templates; `emails` beside the config unless told. */
  templatesDir?: string | undefined;
  /** Where variables come from; `process.env` unless told. */
  env?: EnvSource | undefined;
  /** The database's URL, in place of the variable that the config names. */
  databaseUrl?: string | undefined;
  /** Whether to hold the loops against the tables that the repository declares, which takes reading it. */
  againstSchema?: boolean | undefined;
}

/** What a check came to. */
export interface CheckResult {
  /** The config, as an absolute path. */
  file: string;
  /** Every problem, in the order of the file. */
  issues: LocatedIssue[];
  /** The config's text, for excerpts; missing when it could not be read. */
  source?: SourceFile | undefined;
  /** The configuration, when nothing is wrong with its form. */
  config?: ResolvedConfig | undefined;
  /** The compiled loops, when there is no error (warnings aside). */
  deployment?: Deployment | undefined;
}

/**
 * Checks a project: its config's syntax, form and meaning, its queries and its templates, and on demand what its repository says of its tables. Nothing is connected to and nothing is written.
 * @throws {ConfigError} CONFIG_NOT_FOUND when there is no config; everything else in it is an issue.
 * @throws {EnvError} ENV_INVALID when SKENE_LONGEST_WAIT is no duration.
 */
export async function checkProject(options: CheckOptions = {}): Promise<CheckResult> {
  const file = findConfig(options.file);
  const loaded = await loadConfig(file);
  if ('issues' in loaded) return { file, issues: loaded.issues, source: loaded.source };
  const { source } = loaded;
  const locator = createLocator(source, loaded.program);
  const result = safeResolveConfig(loaded.exported);
  if ('issues' in result) {
    return { file, source, issues: inOrder(result.issues.map((issue) => locateIssue(issue, file, locator))) };
  }
  const { form } = result;
  const env = createEnv(options.env);
  const config = withDatabase(result.config, env, options.databaseUrl);
  const { templates, problems } = await readTemplates(options.templatesDir ?? join(dirname(file), 'emails'));
  const schema = options.againstSchema ? await readSchema(dirname(file)) : undefined;
  const context = { config, templates, dialects: dialectsOf(config), schema, sender: env.from };
  const findings = await runChecks(context);
  const isSound = problems.length === 0 && findings.every(({ severity }) => severity === 'warning');
  const deployment = isSound ? compileConfig(config, { longestWait: longestWaitOf(env) }) : undefined;
  const exceeded = deployment === undefined ? [] : checkLimits(config, deployment);
  const issues = [
    ...[...findings, ...exceeded].map((finding) => locateFinding(finding, { loaded, form, locator })),
    ...problems.map((problem) => templateIssue(problem, file)),
  ];
  return {
    file,
    source,
    config,
    issues: inOrder(issues),
    ...(deployment === undefined || exceeded.length > 0 ? {} : { deployment }),
  };
}

/** @throws {EnvError} ENV_INVALID when the variable is no duration. */
function longestWaitOf({ longestWait }: Env): number | undefined {
  if (longestWait === undefined) return undefined;
  const seconds = parseDuration(longestWait);
  if (seconds !== undefined && seconds > 0) return seconds;
  throw new EnvError('ENV_INVALID', `SKENE_LONGEST_WAIT is "${longestWait}", which is not a duration.`, {
    hint: 'Write how long your Upstash plan lets a message wait: 7d, or 365d when paying as you go.',
  });
}

function locateIssue(issue: ConfigIssue, file: string, locator: Locator): LocatedIssue {
  const place = locator.locate(issue.parts, issue.code === 'unknown_key' ? 'key' : 'value');
  return { severity: 'error', ...issue, file, ...place };
}

interface FindingPlace {
  loaded: LoadedConfig;
  form: ExportForm;
  locator: Locator;
}

function locateFinding(finding: Finding, { loaded, form, locator }: FindingPlace): LocatedIssue {
  const { code, message, hint, severity = 'error', offset } = finding;
  const parts = authorPath(finding.path, form);
  const place = offset === undefined ? locator.locate(parts) : locator.locateInText(parts, offset);
  return {
    code,
    message,
    hint,
    severity,
    parts,
    path: formatPath(parts),
    file: loaded.source.file,
    ...place,
  };
}

function templateIssue({ message, hint, where }: TemplateProblem, configFile: string): LocatedIssue {
  const { file = configFile, line = 1, column = 1 } = where;
  return {
    code: 'template_syntax',
    message,
    hint,
    severity: 'error',
    parts: [],
    path: '',
    file,
    line,
    column,
  };
}

function inOrder(issues: LocatedIssue[]): LocatedIssue[] {
  return issues.sort(
    (one, other) =>
      one.file.localeCompare(other.file) ||
      one.line - other.line ||
      one.column - other.column ||
      one.code.localeCompare(other.code),
  );
}
