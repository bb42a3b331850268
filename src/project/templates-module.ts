import { relativeSpecifier } from './specifier.ts';
import type { FoundTemplate } from './templates.ts';

/**
 * Writes the module from which a deployment takes its templates: Liquid as plain strings, components as imports that
 * wait until an email needs them, so that a cold start pays for neither.
 * @param outDir the folder the module will be in; imports are relative to it.
 * @param types from where `TemplateSource` is imported (a type only).
 * @returns TypeScript that exports `templates: Record<string, TemplateSource>`.
 */
export function generateTemplatesModule(
  found: Record<string, FoundTemplate>,
  outDir: string,
  types = '@skene/sdk',
): string {
  const { preamble, entries } = templateEntries(found, (file) => relativeSpecifier(outDir, file));
  return [
    '// Written by `skene build` from emails/; changes made here are lost.',
    `import type { TemplateSource } from ${quote(types)};`,
    '',
    ...preamble,
    'export const templates: Record<string, TemplateSource> = {',
    ...entries,
    '};',
    '',
  ].join('\n');
}

/**
 * The templates as lines of a module, in the order of their names: the entries of an object, and what has to stand before it.
 * @param importOf how the module names the file of a component.
 */
export function templateEntries(
  found: Record<string, FoundTemplate>,
  importOf: (file: string) => string,
): { preamble: string[]; entries: string[] } {
  const templates = Object.values(found).sort((left, right) => (left.name < right.name ? -1 : 1));
  const hasComponents = templates.some(({ source }) => source.kind === 'component');
  return {
    preamble: hasComponents ? [RENDER_COMPONENT] : [],
    entries: templates.map((template) => `  ${quote(template.name)}: ${entryOf(template, importOf)},`),
  };
}

const RENDER_COMPONENT = `async function renderComponent(load: () => Promise<{ default: unknown }>, props: Record<string, unknown>) {
  const [{ createElement }, { render }, { default: component }] = await Promise.all([
    import('react'),
    import('@react-email/render'),
    load(),
  ]);
  const element = createElement(component as Parameters<typeof createElement>[0], props);
  return { html: await render(element), text: await render(element, { plainText: true }) };
}
`;

function entryOf({ source, file }: FoundTemplate, importOf: (file: string) => string): string {
  const subject = source.subject === undefined ? [] : [`subject: ${quote(source.subject)}`];
  if (source.kind === 'component') {
    const specifier = quote(importOf(file ?? ''));
    const render = `render: (props) => renderComponent(() => import(${specifier}), props)`;
    return `{ ${["kind: 'component'", ...subject, render].join(', ')} }`;
  }
  const { html, text, variables } = source;
  return `{ ${[
    "kind: 'liquid'",
    ...subject,
    `html: ${quote(html)}`,
    `text: ${quote(text)}`,
    `variables: ${JSON.stringify(variables)}`,
  ].join(', ')} }`;
}

/** A string literal; JSON's is one of TypeScript's as well. */
function quote(text: string): string {
  return JSON.stringify(text);
}
