import { layoutIn } from '../../compile/index.ts';
import type { ResolvedConfig } from '../../config/index.ts';
import {
  analyseQuery,
  analyseUpdate,
  type QueryAnalysis,
  type QuerySummary,
  type SqlNotice,
  toSelectPlan,
} from '../../sql/index.ts';
import { type CheckContext, type Finding, type PlacedStep, stepsOf } from './context.ts';

type Path = Array<string | number>;

/** Queries are one SELECT that only reads, updates one UPDATE of the subject's own rows; both fit what started the run. */
export function checkQueries(context: CheckContext): Finding[] {
  const ofSteps = stepsOf(context.config).flatMap((placed) => [
    ...conditionOf(placed, context),
    ...updateOf(placed, context),
  ]);
  return [...ofSteps, ...goalsOf(context)];
}

function conditionOf(placed: PlacedStep, context: CheckContext): Finding[] {
  const { condition } = placed.step;
  if (condition?.type !== 'query') return [];
  const path = [...placed.path, 'condition', 'query'];
  const { summary, findings } = readQuery(condition.query, path, context);
  if (summary === undefined || placed.trigger === undefined) return findings;
  if (placed.trigger.type !== 'schedule') return [...findings, ...subjectOf(summary, path)];
  // A later step of an audience is about somebody of it: its query may ask about them, or select those whom it is for.
  const isLater = placed.step.trigger === undefined && summary.aboutSubject;
  return isLater ? findings : [...findings, ...audienceOf(summary, path, context)];
}

function goalsOf(context: CheckContext): Finding[] {
  return context.config.loops.flatMap(({ goal }, index) => {
    if (goal === undefined || !('query' in goal)) return [];
    const path = ['loops', index, 'goal', 'query'];
    const { summary, findings } = readQuery(goal.query, path, context);
    return summary === undefined ? findings : [...findings, ...subjectOf(summary, path)];
  });
}

/** Reads a query in each dialect it may be in; the first that takes it decides. */
function readQuery(
  query: string,
  path: Path,
  { dialects, config }: CheckContext,
): { summary?: QuerySummary; findings: Finding[] } {
  const analyses = dialects
    .map((dialect) => analyseQuery(query, { dialect, parameters: 1 }))
    .map((analysis) => (analysis.ok ? (redisProblem(query, config) ?? analysis) : analysis));
  const summary = analyses.find((analysis) => analysis.ok);
  if (summary !== undefined) {
    return {
      summary,
      findings: summary.notices.map((notice) => ({ ...at(path, notice), severity: 'warning' })),
    };
  }
  const [problem] = analyses;
  return { findings: problem === undefined || problem.ok ? [] : [at(path, problem)] };
}

/** What Upstash Redis cannot evaluate, which knows no SQL. */
function redisProblem(query: string, config: ResolvedConfig): QueryAnalysis | undefined {
  if (config.database.provider !== 'upstash-redis') return undefined;
  const compiled = toSelectPlan(query, layoutIn(config));
  return compiled.ok ? undefined : compiled;
}

function at(
  path: Path,
  { code, message, hint, offset }: Pick<SqlNotice, 'code' | 'message' | 'hint' | 'offset'>,
): Finding {
  return { code, path, message, hint, offset };
}

function subjectOf({ aboutSubject }: QuerySummary, path: Path): Finding[] {
  if (aboutSubject) return [];
  return [
    {
      code: 'condition_mismatch',
      path,
      message: 'does not say whom it is about: it has no $1, so it would be met by the rows of anybody',
      hint: "Add the subject's id, such as WHERE user_id = $1. (Without $1 a query selects an audience, which a schedule starts.)",
    },
  ];
}

function audienceOf(
  { sql, aboutSubject, columns }: QuerySummary,
  path: Path,
  { config }: CheckContext,
): Finding[] {
  if (aboutSubject) {
    return [
      {
        code: 'condition_mismatch',
        path,
        message: 'has $1, but a schedule is about nobody in particular',
        hint: 'Select everybody it is for: remove the comparison with $1; each row becomes a subject.',
        offset: sql.indexOf('$1'),
      },
    ];
  }
  const { id } = config.users;
  if (columns === undefined || columns.includes(id)) return [];
  return [
    {
      code: 'condition_mismatch',
      path,
      message: `does not select ${id}, by which the users of an audience are known and read page by page`,
      hint: `Add ${id} to the columns, or select *.`,
    },
  ];
}

function updateOf({ step, path, trigger }: PlacedStep, { dialects }: CheckContext): Finding[] {
  if (step.after === undefined || trigger === undefined) return [];
  const { after } = step;
  const analyses = dialects.map((dialect) => analyseUpdate(after, { dialect, parameters: 1 }));
  const [problem] = analyses;
  if (problem === undefined || problem.ok || analyses.some(({ ok }) => ok)) return [];
  return [at([...path, 'after'], problem)];
}
