import type { ComponentTemplate, RenderedBody } from '../email/index.ts';
import { ConfigError, messageOf } from '../errors/index.ts';
import { createImporter } from './importer.ts';

/** What a React Email file exports; `PreviewProps` and the like are for React Email's own tool. */
interface ComponentModule {
  default?: ((props: Record<string, unknown>) => unknown) & { subject?: unknown };
  subject?: unknown;
}

/** The two functions of the project's own React that are needed, typed as far as they are used. */
interface React {
  createElement(component: unknown, props: Record<string, unknown>): unknown;
}
interface ReactEmail {
  render(element: unknown, options?: { plainText: boolean }): Promise<string>;
}

/**
 * Loads a React Email component with the project's own React. What is deployed imports the file instead, see
 * `generateTemplatesModule`; this is for the command line and the local stack.
 * @throws {ConfigError} TEMPLATE_INVALID when the file cannot be loaded, exports no component, or a package is missing.
 */
export async function readComponent(file: string): Promise<ComponentTemplate> {
  const jiti = await createImporter(file, { jsx: { runtime: 'automatic' } });
  forgetOwnModules(jiti.cache);
  const load = <TModule>(id: string): Promise<TModule> =>
    jiti.import<TModule>(id).catch((cause: unknown) => {
      throw explain(cause, file);
    });

  const { createElement } = await load<React>('react');
  const { render } = await load<ReactEmail>('@react-email/render');
  const { default: component, subject = component?.subject } = await load<ComponentModule>(file);
  if (typeof component !== 'function') {
    throw new ConfigError(
      'TEMPLATE_INVALID',
      'A React Email template has to export a component as its default.',
      {
        hint: 'Write `export default function Welcome({ name }: { name: string }) { ... }`.',
      },
    );
  }
  return {
    kind: 'component',
    ...(typeof subject === 'string' ? { subject } : {}),
    async render(props): Promise<RenderedBody> {
      const element = createElement(component, props);
      return { html: await render(element), text: await render(element, { plainText: true }) };
    },
  };
}

/** A saved template is read again with what it is made of, but with the same React: its hooks know only one. */
function forgetOwnModules(cache: Record<string, unknown>): void {
  for (const path of Object.keys(cache)) if (!/[\\/]node_modules[\\/]/.test(path)) delete cache[path];
}

function explain(cause: unknown, file: string): ConfigError {
  const [what = ''] = messageOf(cause).split(/\s*\n/, 1);
  const missing = /Cannot find (?:module|package) '((?:@[^/']+\/)?[^/'.][^/']*)/.exec(what)?.[1];
  return missing === undefined
    ? new ConfigError('TEMPLATE_INVALID', `The component cannot be loaded: ${what}`, {
        where: { file, ...placeIn(messageOf(cause)) },
        cause,
      })
    : new ConfigError(
        'TEMPLATE_INVALID',
        `The component needs the package ${missing}, which is not installed.`,
        {
          hint: 'Run `npm install react react-dom @react-email/render @react-email/components`, or write the template as .md or .html.',
          where: { file },
          cause,
        },
      );
}

/** The place that a syntax error tells at its end: `welcome.tsx:1:28`. */
function placeIn(message: string): { line?: number; column?: number } {
  const [, line, column] = /:(\d+):(\d+)\s*$/.exec(message) ?? [];
  return line === undefined ? {} : { line: Number(line), column: Number(column) };
}
