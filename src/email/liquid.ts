import type { Liquid, LiquidOptions, Template } from 'liquidjs';
import { ConfigError, InternalError } from '../errors/index.ts';
import { withoutControls } from './address.ts';
import { letDefaultsStand } from './liquid-defaults.ts';

/** How values are written: escaped for HTML, or as they are. */
export type LiquidOutput = 'html' | 'text';

/** A Liquid source, and what an error calls it. */
export interface LiquidSource {
  source: string;
  /** Such as `Template "re_engagement"`, at the head of a sentence. */
  label: string;
}

/** Bounds on what one template may cost: characters read, ms of rendering, and units of memory as liquidjs counts it. */
const LIMITS = { parseLimit: 500_000, renderLimit: 1_000, memoryLimit: 5_000_000 };

/** Sources that stay parsed: more than the emails of one deployment have. */
const MOST_PARSED = 200;

interface Engine {
  engine: Liquid;
  /** Parses a source that was not met lately. */
  parse(source: string): Template[];
}

let engines: Promise<Record<LiquidOutput, Engine>> | undefined;

/**
 * Renders Liquid. Values are data: what looks like Liquid inside of one stays text.
 * @throws {ConfigError} VARIABLE_MISSING when a variable has no value (null is none) and no default;
 * TEMPLATE_INVALID when the source is not Liquid, or costs more than a template may.
 */
export async function renderLiquid(
  { source, label }: LiquidSource,
  output: LiquidOutput,
  scope: Record<string, unknown>,
): Promise<string> {
  const { engine, parse } = (await loadEngines())[output];
  const values = withoutNulls(scope);
  try {
    const templates = parse(source);
    const render = async () => (await engine.render(templates, values)) as string;
    return await render().catch((error: unknown) => {
      // The limit is of the clock: an instance that was paused meanwhile has overrun it without rendering anything.
      if (!String(error).includes('template render limit exceeded')) throw error;
      return render();
    });
  } catch (error) {
    throw explain(error, label);
  }
}

/**
 * The full paths that have to have a value for the source to render: those it uses, less those it gives a default to
 * or tests with `if` or `unless`.
 * @throws {ConfigError} TEMPLATE_INVALID when the source is not Liquid.
 */
export async function variablesOf({ source, label }: LiquidSource): Promise<string[]> {
  const { engine, parse } = (await loadEngines()).text;
  try {
    const templates = parse(source);
    const used = engine.globalFullVariablesSync(templates);
    const optional = new Set(optionalIn(engine, templates));
    return used.filter((path) => !optional.has(path)).sort();
  } catch (error) {
    throw explain(error, label);
  }
}

function optionalIn(engine: Liquid, templates: readonly Template[]): string[] {
  return templates.flatMap((template) => {
    const own = isTest(template) ? engine.globalFullVariablesSync([argumentsOnly(template)]) : [];
    return [...own, ...optionalIn(engine, childrenOf(template))];
  });
}

/** Whether a missing variable is fine here: in the condition of a tag. */
function isTest(template: Template): boolean {
  return 'name' in template && ['if', 'unless', 'case'].includes(template.name as string);
}

function argumentsOnly(template: Template): Template {
  return {
    token: template.token,
    render: () => undefined,
    arguments: () => template.arguments?.() ?? [],
  };
}

/** liquidjs hands out the children of a tag as a generator's return value; only partials make it yield before. */
function childrenOf(template: Template): Template[] {
  const step = template.children?.(false, true).next();
  return step?.done === true ? step.value : [];
}

/** Loads liquidjs when the first email is rendered, not when a function starts. */
function loadEngines(): Promise<Record<LiquidOutput, Engine>> {
  engines ??= import('liquidjs').then(({ Liquid }) => ({
    html: prepare(new Liquid({ ...OPTIONS, outputEscape: (value) => escapeHtml(printed(value)) })),
    text: prepare(new Liquid({ ...OPTIONS, outputEscape: printed })),
  }));
  return engines;
}

const OPTIONS = {
  ...LIMITS,
  strictVariables: true,
  strictFilters: true,
  /** Lets `if` ask for what may be missing. */
  lenientIf: true,
  ownPropertyOnly: true,
  /** Templates come from memory and there are none: `include`, `render` and `layout` cannot read files. */
  templates: {},
  /** Times are told in UTC unless a template says otherwise, wherever the function runs. */
  timezoneOffset: 0,
} satisfies LiquidOptions;

function prepare(engine: Liquid): Engine {
  // Values are escaped anyway; without this, whoever writes `| escape` out of habit would get it twice.
  engine.registerFilter('escape', { handler: (value) => escapeHtml(printed(value)), raw: true });
  engine.registerFilter('readable_date', readableDate);
  const parse = (source: string): Template[] => {
    const templates = engine.parse(source);
    letDefaultsStand(templates, childrenOf);
    return templates;
  };
  return { engine, parse: remembering(parse) };
}

/** An audience gets the same template again and again; whoever was not asked for longest is forgotten first. */
function remembering(parse: (source: string) => Template[]): (source: string) => Template[] {
  const known = new Map<string, Template[]>();
  return (source) => {
    const templates = known.get(source) ?? parse(source);
    known.delete(source);
    known.set(source, templates);
    const [oldest] = known.keys();
    if (known.size > MOST_PARSED && oldest !== undefined) known.delete(oldest);
    return templates;
  };
}

/** Made once, as it takes a good part of what an email takes; and not when a function starts. */
let dates: Intl.DateTimeFormat | undefined;

/** Makes `2 November 2026` of an ISO 8601 timestamp; anything else stays as it is. */
function readableDate(value: unknown): unknown {
  const isTimestamp =
    value instanceof Date || (typeof value === 'string' && /^\d{4}-\d\d-\d\d([T ][\d:.]+|$)/.test(value));
  const date = isTimestamp ? new Date(value) : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) return value;
  dates ??= new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  return dates.format(date);
}

/** How a value reads in an email. */
function printed(value: unknown): string {
  if (value === null || value === undefined) throw new Error(NO_VALUE);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(printed).join(', ');
  return withoutControls(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** Escapes text so that it stays text between tags and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => REFERENCES[character] ?? character);
}

const REFERENCES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Drops what is null: in a template, no value and a missing one are the same. */
function withoutNulls(scope: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(scope)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([key, value]) => [key, isPlainObject(value) ? withoutNulls(value) : value]),
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

const NO_VALUE = 'the expression has no value';

/** What liquidjs throws: where it stood, and for a missing variable, which one. */
interface LiquidFailure extends Error {
  token?: { getPosition(): [line: number, column: number]; getText(): string };
  originalError?: Error & { variableName?: string };
}

function explain(error: unknown, label: string): Error {
  if (!(error instanceof Error))
    return new InternalError(`${label} could not be rendered.`, { cause: error });
  const { token, originalError } = error as LiquidFailure;
  const [line, column] = token?.getPosition() ?? [];
  const where = { line, column };
  const reason = error.message.replace(/, line:\d+, col:\d+$/, '');
  const missing =
    originalError?.variableName ?? (originalError?.message === NO_VALUE ? token?.getText() : undefined);
  if (missing !== undefined) {
    const name = missing.replace(/^\{\{-?\s*|(?<!\s)\s*-?\}\}$/g, '');
    return new ConfigError('VARIABLE_MISSING', `${label} needs "${name}", which has no value.`, {
      hint: `Nothing was sent. Give it a value, or write {{ ${name} | default: "..." }}.`,
      where,
      cause: error,
    });
  }
  return new ConfigError('TEMPLATE_INVALID', `${label} cannot be rendered: ${reason}.`, {
    hint: 'See https://liquidjs.com for what Liquid can say; include, render and layout are not available.',
    where,
    cause: error,
  });
}
