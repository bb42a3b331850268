import { posix } from 'node:path';
import type { Inspection } from '../inspect/index.ts';

/** The catch-all route that mounts the functions in a Next.js app; nothing where they are mounted, or the app is another. */
export function routeFile({
  stack,
  app,
  installed,
  isJavaScript,
}: Inspection): { path: string; text: string } | undefined {
  const next = stack.frameworks.filter(({ what, folder }) => folder === app && what.startsWith('next'));
  if (next.length === 0 || installed.mount !== undefined) return undefined;
  // A route of the App Router also works beside pages/, and has to lie beside it.
  const inSource = next.some(({ evidence }) =>
    evidence.some(({ file }) => posix.relative(app, file).startsWith('src/')),
  );
  const folder = posix.join(app, inSource ? 'src' : '', 'app/api/skene/[...path]');
  const text = [
    "import { skene } from '@skene/sdk/next';",
    `import { compiled } from '${posix.relative(folder, posix.join(app, 'compiled'))}';`,
    '',
    '// `skene build` writes compiled/; run it before `next dev` and `next build`.',
    'export const maxDuration = 60;',
    'export const { GET, POST } = skene(compiled);',
    '',
  ].join('\n');
  return { path: posix.join(folder, isJavaScript ? 'route.js' : 'route.ts'), text };
}
