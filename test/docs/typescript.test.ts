import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { blocksOf, type CodeBlock, pages, root } from './code-blocks.ts';
import { sdkPaths } from './sdk-paths.ts';

const folder = mkdtempSync(join(root, 'node_modules', '.docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the pages take for granted: values of the reader's own app. */
const SURROUNDINGS = `
declare module '*/compiled' { export const compiled: import('@skene/sdk/web').App; }
declare module '@clerk/nextjs/server' { export const auth: () => Promise<{ userId: string | null }>; }
declare module '*/skene.config' { const loop: import('@skene/sdk').LoopInput; export default loop; }
declare module 'next-auth' { export default function NextAuth(config: object): { handlers: object; auth: object }; }
`;
const PRELUDE = `
import { defineConfig, defineLoop, track, type LoopInput } from '@skene/sdk';
type Step = LoopInput['steps'][number];
declare const activation: LoopInput;
declare const winBack: LoopInput;
declare const id: string;
declare const providers: [];
declare const email: Extract<NonNullable<Step['action']>, { type: 'email' }>;
`;

/** A block as a module: whole ones as they are, parts of a step or of a config where they would stand. */
function moduleOf({ code }: CodeBlock): string {
  const isMember = /^(?:trigger|condition|action|after|otherwise|delay): /.test(code);
  const isStep = code.startsWith('{ ');
  const used = isMember
    ? `export const step: Partial<Step> = { ${code} };`
    : isStep
      ? `export const step: Step = ${code};`
      : code;
  const names = [...used.matchAll(/import \{([^}]*)\} from '@skene\/sdk'/g)].flatMap(([, list = '']) =>
    list.split(','),
  );
  const prelude = names.reduce(
    (text, name) => text.replace(new RegExp(`\\b${name.trim()},? ?`), ''),
    PRELUDE,
  );
  return `${prelude}\n${used}\nexport {};\n`;
}

/** A file for each block, in a folder of its page: the one it names, so that others may import it; beside it where there is a later one. */
function nameFiles(blocks: readonly CodeBlock[]): string[] {
  return blocks.map(({ page, line, about }, index) => {
    const home = page.replaceAll(/[/.]/g, '-');
    const isLast = !blocks.slice(index + 1).some((later) => later.page === page && later.about === about);
    if (about === '') return `${home}/${line}.ts`;
    return isLast ? `${home}/${about}` : `${home}/${about.replace(/\.ts$/, `.${line}.ts`)}`;
  });
}

it('every TypeScript block of the pages compiles', () => {
  const blocks = pages.flatMap(blocksOf).filter(({ language }) => ['ts', 'tsx'].includes(language));
  expect(blocks.length).toBeGreaterThan(10);
  const names = nameFiles(blocks);
  for (const [index, block] of blocks.entries()) {
    const file = join(folder, names[index] ?? '');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, block.about === '' ? moduleOf(block) : block.code);
  }
  writeFileSync(join(folder, 'surroundings.d.ts'), SURROUNDINGS);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        paths: sdkPaths(),
        noUnusedLocals: false,
        noUnusedParameters: false,
        experimentalDecorators: true,
        erasableSyntaxOnly: false,
        moduleDetection: 'force',
      },
      files: [...names, 'surroundings.d.ts'],
      include: [],
    }),
  );
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '--noEmit', '-p', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stdout.replaceAll(/^.*\.docs-\w+\//gm, '')).toBe('');
});
