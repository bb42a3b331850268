import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { globProblem } from '../../../src/config/glob.ts';
import { parseDuration, safeResolveConfig } from '../../../src/config/index.ts';
import { compileGlob, matchesRoute } from '../../../src/gate/route.ts';
import { checkProject } from '../../../src/project/index.ts';
import { withReminder } from '../../integration/loops/activation.ts';
import { hostileText, spoiled } from '../hostile.ts';
import { cpuMs, fuzz, type Surface } from '../surface.ts';

/** A path or a text of this length may take so long, in ms of processor time: many times what was ever seen. */
const MOST_MS = 1_000;

const segment = fc.constantFrom('a', 'b', '*', '**', 'a*', '*a', 'a*b*', '*a*a*a*', 'v1', '%61', 'é', 'A');
const glob = fc.array(segment, { minLength: 1, maxLength: 8 }).map((parts) => `/${parts.join('/')}`);
const UNITS = [
  'a',
  'ab',
  'a/',
  '/',
  '//',
  './',
  '../',
  '%2f',
  '%252f',
  '%',
  '%2e',
  ';',
  '\\',
  '.',
  ' ',
  '%c3%a9',
  '%ff',
  'é',
  '\ud800',
  'aA',
  'b/a/',
];
const path = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(fc.constantFrom(...UNITS), { maxLength: 20 }).map((parts) => `/${parts.join('')}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.array(fc.constantFrom(...UNITS), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('', 'x', '/x'),
      )
      .map(([parts, tail]) => `/${parts.join('').repeat(Math.ceil(14_000 / parts.join('').length))}${tail}`),
  },
);

const globs: Surface = {
  name: 'endpoint globs: any path is matched in time, and no spelling gets past',
  cases: { short: 1_500, long: 60_000 },
  attack: (round) =>
    fuzz(round, fc.tuple(glob, path), ([pattern, asked]) => {
      if (globProblem(pattern) !== undefined) return;
      const matches = compileGlob(pattern);
      const rule = { method: 'POST', matches };
      let isMatch = false;
      const ms = cpuMs(() => {
        isMatch = matchesRoute(rule, { method: 'POST', path: asked });
      });
      if (ms > MOST_MS) throw new Error(`${ms} ms for ${pattern} on ${asked.length} characters`);
      const spelled = asked.replaceAll('a', '%61').replaceAll('b', '%62');
      if (
        isMatch &&
        asked.length < 200 &&
        !/[%\\;]/.test(asked) &&
        !matchesRoute(rule, { method: 'post', path: spelled })
      )
        throw new Error(`${spelled} gets past ${pattern}`);
    }),
};

const CONFIG = {
  loops: [
    withReminder,
    {
      id: 'limits',
      type: 'freemium',
      opinion: 'Whoever meets the limit pays',
      steps: [
        {
          trigger: { type: 'api', endpoint: '/api/features/*', method: 'POST' },
          condition: { type: 'usage', limit: { free: 100 }, period: '30d' },
          action: { type: 'block', message: 'Upgrade.', upgradeUrl: 'https://example.com/upgrade' },
        },
      ],
    },
  ],
};

const configs: Surface = {
  name: 'configs: any value is read or refused, with a place',
  cases: { short: 400, long: 50_000 },
  attack: (round) =>
    fuzz(round, spoiled(CONFIG), (text) => {
      const result = safeResolveConfig(JSON.parse(text));
      if (!('issues' in result)) return;
      if (result.issues.length === 0) throw new Error('It is refused, and nothing is wrong.');
      for (const { message } of result.issues)
        if (message.length > 2_000) throw new Error(`A message of ${message.length} characters.`);
    }),
};

const upgradeUrls: Surface = {
  name: 'addresses in configs: only those of the web are taken',
  cases: { short: 300, long: 20_000 },
  attack: (round) =>
    fuzz(
      round,
      fc.oneof(
        hostileText,
        fc
          .tuple(
            fc.constantFrom(
              'javascript:',
              'data:',
              'file:',
              'vbscript:',
              '//',
              '\\\\',
              ' javascript:',
              'java\nscript:',
              'blob:',
              'ftp:',
            ),
            hostileText,
          )
          .map(([scheme, rest]) => scheme + rest),
      ),
      (upgradeUrl) => {
        const config = structuredClone(CONFIG);
        const action = config.loops[1]?.steps[0]?.action as { upgradeUrl?: string } | undefined;
        if (action === undefined) throw new Error('The config has another form.');
        action.upgradeUrl = upgradeUrl;
        const result = safeResolveConfig(config);
        if ('issues' in result) return;
        if (!/^(?:https?:\/\/|\/(?![/\\]))/i.test(upgradeUrl.trim()))
          throw new Error(`${JSON.stringify(upgradeUrl)} is taken for a link.`);
      },
    ),
};

const DURATIONS = [
  '1',
  '9',
  '0',
  's',
  'm',
  'h',
  'd',
  'w',
  'P',
  'T',
  'M',
  'H',
  'D',
  'S',
  'W',
  '-',
  '.',
  'e',
  ' ',
  '٣',
];

const durations: Surface = {
  name: 'durations: any text is a safe number of seconds, or none',
  cases: { short: 1_000, long: 200_000 },
  attack: (round) =>
    fuzz(
      round,
      fc.oneof(
        hostileText,
        fc.array(fc.constantFrom(...DURATIONS), { maxLength: 24 }).map((parts) => parts.join('')),
      ),
      (text) => {
        const seconds = parseDuration(text);
        if (seconds !== undefined && !(Number.isSafeInteger(seconds) && seconds > 0))
          throw new Error(`${text} is ${seconds} seconds.`);
      },
    ),
};

const SOURCE = `import { defineLoop } from '@skene/sdk';
export default defineLoop(${JSON.stringify({ ...withReminder }, undefined, 2)});
`;

const files: Surface = {
  name: 'config files: skene check never crashes and never hangs',
  cases: { short: 40, long: 3_000 },
  attack: async (round) => {
    const folder = mkdtempSync(join(tmpdir(), 'skene-abuse-'));
    const file = join(folder, 'skene.config.ts');
    const edits = fc.array(
      fc.tuple(
        fc.nat(SOURCE.length),
        fc.nat(40),
        fc.oneof(
          hostileText,
          fc.constantFrom('{', '}', '(', '`', '${', '/*', "'", '"', '\\', '...', 'while'),
        ),
      ),
      { minLength: 1, maxLength: 3 },
    );
    try {
      return await fuzz(round, edits, async (changes) => {
        const text = changes.reduce(
          (before, [at, length, insert]) => before.slice(0, at) + insert + before.slice(at + length),
          SOURCE,
        );
        writeFileSync(file, text);
        const { issues, deployment } = await checkProject({ file, env: { SKENE_FROM: 'ada@example.com' } });
        if (deployment === undefined && issues.length === 0)
          throw new Error('It is refused, and nothing is wrong.');
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** What is written in skene.config.ts. */
export const languageSurfaces: readonly Surface[] = [globs, configs, upgradeUrls, durations, files];
