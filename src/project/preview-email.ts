import { renderEmail, type TemplateSource, variablesOf } from '../email/index.ts';
import { EnvError } from '../errors/index.ts';
import type { Plan, PlanEmail } from '../plan/index.ts';

/** An email that loops send, and which of them. */
export interface SentEmail {
  loop: string;
  step: string;
  email: PlanEmail;
}

/** Every email of every loop, in the order in which they are written; one with variants stands once. */
export function emailsOf(plans: readonly Plan[]): SentEmail[] {
  return plans.flatMap(({ loop, steps }) =>
    steps.flatMap(({ id, action, otherwise }) =>
      [action, otherwise].flatMap((one) => (one?.type === 'email' ? [{ loop, step: id, email: one }] : [])),
    ),
  );
}

/** What an email looks like to somebody. */
export interface EmailPreview {
  subject: string;
  html: string;
  text: string;
  /** What stands for the values that a run would have. */
  scope: Record<string, unknown>;
}

/**
 * Renders an email with sample values in place of those that a run would have.
 * @param data values over the sample ones: `{ user: { name: 'Ada' } }`.
 * @throws {EnvError} USAGE when no loop sends such an email, and no template is called so.
 */
export async function previewEmail(
  template: string,
  {
    plans,
    templates,
    data,
  }: {
    plans: readonly Plan[];
    templates: Readonly<Record<string, TemplateSource>>;
    data: Record<string, unknown>;
  },
): Promise<EmailPreview> {
  const source = Object.hasOwn(templates, template) ? templates[template] : undefined;
  if (source === undefined)
    throw new EnvError('USAGE', `No template is called "${template}".`, {
      hint: `There are: ${Object.keys(templates).sort().join(', ')}.`,
    });
  const sent = emailsOf(plans).find(({ email }) => email.template === template)?.email;
  const personalization = sent?.personalization ?? {};
  const wanted = await variablesWanted(source, { subject: sent?.subject, personalization });
  const scope = merge(sampleOf(wanted), data);
  const { subject, html, text } = await renderEmail({
    template: source,
    name: template,
    subject: sent?.subject,
    personalization,
    scope: scope as { user: unknown },
    ...(sent?.kind === 'transactional' ? {} : { unsubscribeUrl: 'https://example.com/unsubscribe' }),
  });
  return { subject, html, text, scope };
}

/** The paths that a run's `user`, `row` and `event` have to supply; what else the template wants is personalized. */
async function variablesWanted(
  template: TemplateSource,
  {
    subject = template.subject ?? '',
    personalization,
  }: { subject: string | undefined; personalization: Record<string, string> },
): Promise<string[]> {
  const label = 'The email';
  const own = [
    ...(template.kind === 'liquid' ? template.variables : []),
    ...(await variablesOf({ source: subject, label })),
  ];
  const inner = await Promise.all(
    Object.values(personalization).map((source) => variablesOf({ source, label })),
  );
  const isSupplied = (path: string) => path === 'unsubscribeUrl' || Object.hasOwn(personalization, path);
  return ['user.name', 'user.email', ...own.filter((path) => !isSupplied(path)), ...inner.flat()];
}

/** Values for paths such as `user.name`, by what their names promise. */
function sampleOf(paths: readonly string[]): Record<string, unknown> {
  return paths.reduce<Record<string, unknown>>((scope, path) => {
    const names = path.split('.');
    const nested = names.reduceRight<unknown>(
      (value, name) => ({ [name]: value }),
      sampleValue(names.at(-1) ?? ''),
    );
    return merge(scope, nested as Record<string, unknown>);
  }, {});
}

function sampleValue(name: string): string | number {
  if (/e-?mail/i.test(name)) return 'ada@example.com';
  if (/link|url|href/i.test(name)) return 'https://example.com/start';
  if (/count|limit|used|total|amount|days|number/i.test(name)) return 42;
  if (/date|(?:^|_)at$|[a-z]At$|time/.test(name)) return '2026-11-20';
  return /name/i.test(name) ? 'Ada Lovelace' : `(${name})`;
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const before = Object.hasOwn(merged, name) ? merged[name] : undefined;
    merged[name] = isObject(before) && isObject(value) ? merge(before, value) : value;
  }
  return merged;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
