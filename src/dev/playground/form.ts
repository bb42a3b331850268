import { html, raw } from 'hono/html';
import type { Markup } from '../../dashboard/index.ts';

/** One thing that can be done to the stack. */
export interface Tool {
  /** Its name in addresses and forms. */
  name: string;
  title: string;
  /** Its form, and what stands around it. */
  body: Markup;
}

/** A card with a form, and below it what the form came to when it was handed in last. */
export function toolCard({ name, title, body }: Tool, result: Markup | undefined): Markup {
  return html`<section class="card tool" id="tool-${name}" aria-labelledby="title-${name}">
    <h2 id="title-${name}">${title}</h2>
    ${body}
    <div role="status" data-result class="result" id="result-${name}">${result ?? ''}</div>
  </section>`;
}

/** A form that does what its tool is for. @param query the address of the page, which the form comes back to. */
export function actionForm(
  tool: string,
  { query, body, label }: { query: URLSearchParams; body: Markup; label: string },
): Markup {
  const action = `?${new URLSearchParams([...[...query].filter(([name]) => name !== 'do'), ['do', tool]])}`;
  return html`<form class="fields" method="post" action="${action}" data-here aria-label="${label}">${body}</form>`;
}

/** A form that chooses what the page shows. What it does not name of the address stays. */
export function choiceForm(
  names: readonly string[],
  { query, body, label }: { query: URLSearchParams; body: Markup; label: string },
): Markup {
  const kept = [...query].filter(([name]) => !names.includes(name) && name !== 'do');
  return html`<form class="fields" method="get" data-here aria-label="${label}">${kept.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )}${body}</form>`;
}

/** A choice. @param chosen the value that is chosen when nobody has chosen another. */
export function selectOf(
  name: string,
  values: readonly (readonly [string, string])[],
  chosen: string,
): Markup {
  return html`<select name="${name}">${values.map(([value, label]) => optionOf(value, label, chosen))}</select>`;
}

/** One value of a choice. */
export function optionOf(value: string, label: string, chosen: string): Markup {
  return html`<option value="${value}" ${value === chosen ? raw('selected') : ''}>${label}</option>`;
}

/** What went wrong, and what to do about it. */
export function problemOf(message: string, hint?: string): Markup {
  return html`<p class="bad">${message}</p>${hint === undefined ? '' : html`<p>${hint}</p>`}`;
}
