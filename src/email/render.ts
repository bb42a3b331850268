import { ConfigError } from '../errors/index.ts';
import { singleLine } from './address.ts';
import { withSafeLinks } from './links.ts';
import { escapeHtml, renderLiquid } from './liquid.ts';
import type { RenderedBody, TemplateSource } from './template.ts';

/** Everything an email is made from. */
export interface EmailToRender {
  template: TemplateSource;
  /** The template's name, for errors. */
  name: string;
  /** Overrides the template's subject line; Liquid over the same names as the template. */
  subject?: string | undefined;
  /** The values of the template's own variables; each is Liquid over `scope`. */
  personalization: Record<string, string>;
  scope: { user?: unknown; row?: unknown; event?: unknown };
  /** Leave it out for transactional email. */
  unsubscribeUrl?: string | undefined;
}

/** An email, ready to be sent. */
export interface RenderedEmail extends RenderedBody {
  subject: string;
}

/** Subjects are cut here: no program shows more, and a header line must stay below 998 characters. */
const LONGEST_SUBJECT = 250;

/**
 * Renders an email. Personalization comes first, as text; its results, `user`, `row`, `event` and `unsubscribeUrl` are
 * what the template and the subject see. A template that shows no unsubscribe link gets a footer with one.
 * @throws {ConfigError} VARIABLE_MISSING, TEMPLATE_INVALID.
 */
export async function renderEmail(email: EmailToRender): Promise<RenderedEmail> {
  const { template, name, unsubscribeUrl } = email;
  const scope = {
    ...(await personalize(email)),
    ...email.scope,
    ...(unsubscribeUrl === undefined ? {} : { unsubscribeUrl }),
  };
  const subject = await renderSubject(email, scope);
  const body = await renderBody(template, name, scope);
  const complete = unsubscribeUrl === undefined ? body : withUnsubscribeLink(body, unsubscribeUrl);
  const authored = [
    ...Object.values(email.personalization),
    ...(template.kind === 'liquid' ? [template.html] : []),
  ];
  return { subject, html: withSafeLinks(complete.html, authored), text: tidy(complete.text) };
}

async function personalize({ name, personalization, scope }: EmailToRender): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [variable, source] of Object.entries(personalization)) {
    const label = `The personalization "${variable}" of template "${name}"`;
    values[variable] = await renderLiquid({ source, label }, 'text', scope);
  }
  return values;
}

async function renderSubject(
  { template, name, subject = template.subject }: EmailToRender,
  scope: Record<string, unknown>,
): Promise<string> {
  const source = subject ?? '';
  const line = singleLine(
    await renderLiquid({ source, label: `The subject of template "${name}"` }, 'text', scope),
  );
  if (line !== '') return [...line].slice(0, LONGEST_SUBJECT).join('');
  throw new ConfigError('TEMPLATE_INVALID', `Template "${name}" has no subject line.`, {
    hint: 'Put "subject: ..." at the head of the file (in HTML, a <title> will do), or say `subject` in the action.',
  });
}

async function renderBody(
  template: TemplateSource,
  name: string,
  scope: Record<string, unknown>,
): Promise<RenderedBody> {
  const label = `Template "${name}"`;
  if (template.kind === 'liquid') {
    return {
      html: await renderLiquid({ source: template.html, label }, 'html', scope),
      text: await renderLiquid({ source: template.text, label: `${label} (plain text)` }, 'text', scope),
    };
  }
  try {
    return await template.render(scope);
  } catch (cause) {
    throw new ConfigError('TEMPLATE_INVALID', `${label} threw while it was rendered.`, {
      hint: 'A component has to cope with every value its loop may give it.',
      cause,
    });
  }
}

function withUnsubscribeLink({ html, text }: RenderedBody, url: string): RenderedBody {
  const escaped = escapeHtml(url);
  const footer = `<p style="margin:24px 0;text-align:center;font:13px/1.5 sans-serif;color:#71717a"><a href="${escaped}" style="color:#71717a">Unsubscribe</a></p>`;
  const end = html.search(/<\/body\s*>/i);
  const withFooter = end < 0 ? html + footer : html.slice(0, end) + footer + html.slice(end);
  return {
    html: html.includes(escaped) ? html : withFooter,
    text: text.includes(url) ? text : `${text}\n\nUnsubscribe: ${url}\n`,
  };
}

/** Conditions that came to nothing leave empty lines behind; two in a row are enough. */
function tidy(text: string): string {
  return `${text
    .replace(/\r\n?/g, '\n')
    .replace(/(?<![ \t])[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
