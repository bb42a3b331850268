import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Markup, View } from '../../dashboard/index.ts';
import { isSkeneError, messageOf, RequestError } from '../../errors/index.ts';
import { type EmailPreview, emailsOf, previewEmail } from '../../project/index.ts';
import { EMAIL_SANDBOX, emailFrame } from '../inbox/email-frame.ts';
import { choiceForm, problemOf } from './form.ts';
import { type PlaygroundParts, TEMPLATES_PATH } from './parts.ts';

/** Every template, and one of them with sample values in place of those that a run would have. */
export async function templatesView(query: URLSearchParams, parts: PlaygroundParts): Promise<View> {
  const names = namesOf(parts);
  const name = chosenOf(query, names);
  if (name === undefined)
    return { title: 'Templates', body: html`<p>There is no template.</p>`, current: 'Templates' };
  const links = names.map(
    (one) =>
      html`<li><a href="${TEMPLATES_PATH}?${new URLSearchParams({ template: one })}" ${one === name ? raw('aria-current="true"') : ''}>${one}</a></li>`,
  );
  const body = html`<nav class="runs" aria-label="Templates"><ul>${links}</ul></nav>
    <h2>${name}</h2>${await previewOf(name, query, parts)}`;
  return { title: 'Templates', body, current: 'Templates' };
}

/** The HTML of one, for the frame of its page. */
export async function templateFrame(query: URLSearchParams, parts: PlaygroundParts): Promise<Response> {
  const name = chosenOf(query, namesOf(parts)) ?? '';
  return emailFrame((await render(name, query, parts)).html);
}

/** Those that loops send come first, in the order in which they do. */
function namesOf({ project }: PlaygroundParts): string[] {
  const { deployment, templates } = project();
  const sent = emailsOf(deployment.plans).map(({ email }) => email.template);
  return [...new Set([...sent, ...Object.keys(templates).sort()])].filter((name) =>
    Object.hasOwn(templates, name),
  );
}

function chosenOf(query: URLSearchParams, names: readonly string[]): string | undefined {
  return names.find((name) => name === query.get('template')) ?? names[0];
}

async function render(
  name: string,
  query: URLSearchParams,
  { project }: PlaygroundParts,
): Promise<EmailPreview> {
  const { deployment, templates } = project();
  return previewEmail(name, {
    plans: deployment.plans,
    templates,
    data: readData(query.get('data') ?? '{}'),
  });
}

function readData(text: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data === 'object' && data !== null && !Array.isArray(data))
      return data as Record<string, unknown>;
  } catch {
    // What is not JSON is told of below, like JSON that is no object.
  }
  throw new RequestError('REQUEST_INVALID', 'The values are not a JSON object.', {
    hint: 'Write them as { "user": { "name": "Ada" } }.',
  });
}

async function previewOf(name: string, query: URLSearchParams, parts: PlaygroundParts): Promise<Markup> {
  const sent = emailsOf(parts.project().deployment.plans).filter(({ email }) => email.template === name);
  const uses =
    sent.length === 0
      ? html`<p class="muted">No loop sends it.</p>`
      : html`<p class="muted">Sent by ${sent.map(({ loop, step }) => `${loop} (${step})`).join(', ')}.</p>`;
  try {
    const preview = await render(name, query, parts);
    return html`${uses}${shownPreview(name, query, preview)}`;
  } catch (error) {
    return html`${uses}${problemOf(messageOf(error), isSkeneError(error) ? error.hint : undefined)}${valuesForm(name, query, {})}`;
  }
}

function shownPreview(
  name: string,
  query: URLSearchParams,
  { subject, html: content, text, scope }: EmailPreview,
): Markup {
  const isPhone = query.get('width') === 'phone';
  // What it says is in its address: a template that was saved is another frame.
  const source = new URLSearchParams({
    template: name,
    data: query.get('data') ?? '{}',
    part: 'html',
    digest: createHash('sha256').update(content).digest('hex').slice(0, 16),
  });
  const width = new URLSearchParams([...query]);
  if (isPhone) width.delete('width');
  else width.set('width', 'phone');
  return html`<dl><dt>Subject</dt><dd>${subject}</dd></dl>
    <p><a href="${TEMPLATES_PATH}?${width}">${isPhone ? 'Full width' : 'As on a phone'}</a></p>
    <iframe data-key="${source.get('digest')}" class="${isPhone ? 'phone' : 'wide'}" title="The email as HTML" sandbox="${EMAIL_SANDBOX}" src="${TEMPLATES_PATH}?${source}"></iframe>
    <h2>Plain text</h2><pre>${text}</pre>
    <h2>Sample values</h2>${valuesForm(name, query, scope)}`;
}

function valuesForm(name: string, query: URLSearchParams, scope: Record<string, unknown>): Markup {
  const text = query.get('data') ?? JSON.stringify(scope, undefined, 2);
  return choiceForm(['data'], {
    query: new URLSearchParams([...[...query].filter(([key]) => key !== 'template'), ['template', name]]),
    label: 'Sample values',
    body: html`<label data-key="values-${name}">In place of what a run would have <textarea name="data" rows="8" spellcheck="false">${text}</textarea></label><button>Show with these</button>`,
  });
}
