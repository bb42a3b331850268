import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { safeResolveConfig } from '../../../src/config/index.ts';
import { checkProject } from '../../../src/project/index.ts';
import { withReminder } from '../loops/activation.ts';

/** More in the long form: `FUZZ_RUNS=50000 npx vitest run test/integration/check/fuzz.test.ts`. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 2_000);

const source = readFileSync(fileURLToPath(new URL('../../../skene.config.ts', import.meta.url)), 'utf8');
const whole = {
  loops: [
    withReminder,
    {
      id: 'limits',
      type: 'freemium',
      opinion: 'Whoever meets the limit pays',
      steps: [
        {
          trigger: { type: 'api', endpoint: '/api/features/*', method: 'POST' },
          condition: { type: 'usage', limit: { free: 100, paid: Number.POSITIVE_INFINITY }, period: '30d' },
          action: { type: 'block', message: 'Upgrade to continue.' },
        },
      ],
    },
  ],
  email: { from: 'Ada <ada@example.com>' },
  database: { provider: 'postgres' },
};

/** Values that cannot be printed when a test fails: a test names them, and has them made. */
const MADE = ['made: cyclic', 'made: getter'];

function make(value: unknown): unknown {
  if (value === 'made: getter') {
    return {
      get type(): string {
        throw new Error('a getter that throws');
      },
    };
  }
  if (value !== 'made: cyclic') return value;
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  return cyclic;
}

/** What somebody could put anywhere in a config by mistake. */
const oddValue = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSparseArray: true,
  }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom<unknown>(
    '',
    '5 mins',
    '-1d',
    '99999999999d',
    '* * * *',
    '{{ user.',
    "'; drop table users",
    'a'.repeat(100_000),
    '\u0000',
    '💥',
  ),
  fc.constantFrom<unknown>(
    Number.NaN,
    -1,
    1e308,
    Symbol('s'),
    () => 1,
    new Proxy({}, {}),
    Promise.resolve(1),
    /x/,
    new Error('e'),
  ),
  fc.constantFrom(...MADE),
);
const oddKey = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'id', 'steps', 'then', ''),
  fc.string(),
);

type Node = Record<string, unknown>;

/** Every object and array of a config. */
function nodesOf(value: unknown, found: Node[] = []): Node[] {
  if (typeof value !== 'object' || value === null) return found;
  found.push(value as Node);
  for (const child of Object.values(value)) nodesOf(child, found);
  return found;
}

interface Edit {
  node: number;
  key: number;
  name: string | null;
  value: unknown;
}

const changes: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({ node: fc.nat(), key: fc.nat(), name: fc.option(oddKey), value: fc.option(oddValue) }),
  { minLength: 1, maxLength: 4 },
);

/** A right config with a few of its values put in place by chance, or taken away. */
function spoil(edits: Edit[]): unknown {
  const config: unknown = structuredClone(whole);
  const nodes = nodesOf(config);
  for (const { node, key, name, value } of edits) {
    const target = nodes[node % nodes.length] ?? {};
    const keys = Object.keys(target);
    const at = name ?? keys[key % Math.max(1, keys.length)] ?? 'id';
    if (value === null) Reflect.deleteProperty(target, at);
    else
      Reflect.defineProperty(target, at, {
        value: make(value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return config;
}

/** A right file with a few pieces cut out, doubled or put in. */
const spoiledSource = fc
  .array(
    fc.record({
      at: fc.nat(source.length),
      length: fc.nat(30),
      insert: fc.oneof(
        fc.constant(''),
        fc.constantFrom(
          '"',
          "'",
          '`',
          '{',
          '}',
          '(',
          ',',
          '\n',
          '//',
          '/*',
          '${',
          '\\',
          'undefined',
          'null',
          '...',
          '=>',
          'await ',
          'import x from "y";',
        ),
        fc.string({ maxLength: 10 }),
      ),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((edits) =>
    edits.reduce(
      (text, { at, length, insert }) => text.slice(0, at) + insert + text.slice(at + length),
      source,
    ),
  );

describe('a config that is wrong in any way', () => {
  it('is refused with problems that say where, or read as data; it never breaks what reads it', () => {
    let refused = 0;
    fc.assert(
      fc.property(changes, fc.boolean(), oddValue, (edits, isWhole, value) => {
        const result = safeResolveConfig(isWhole ? spoil(edits) : make(value));
        if (!('issues' in result)) {
          JSON.stringify(result.config);
          return;
        }
        refused += 1;
        expect(result.issues.length).toBeGreaterThan(0);
        for (const { code, message } of result.issues) {
          expect(code).toMatch(/^[a-z_]+$/);
          expect(message).not.toBe('');
          expect(message.length).toBeLessThan(1_000);
        }
      }),
      { numRuns: RUNS },
    );
    expect(refused).toBeGreaterThan(RUNS / 2);
  });

  describe('as a file', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'skene-fuzz-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('is answered with problems at places that exist', async () => {
      const file = join(folder, 'skene.config.ts');
      await fc.assert(
        fc.asyncProperty(spoiledSource, async (text) => {
          writeFileSync(file, text);
          const { issues, deployment } = await checkProject({ file, env: { SKENE_FROM: 'ada@example.com' } });
          const lines = text.split(/\r\n|[\n\r\u2028\u2029]/);
          for (const { line, column, code } of issues) {
            expect(code).toMatch(/^[a-z_]+$/);
            expect(line).toBeLessThanOrEqual(lines.length);
            expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
          }
          expect(deployment === undefined).toBe(issues.some(({ severity }) => severity === 'error'));
        }),
        { numRuns: Math.ceil(RUNS / 10) },
      );
    });
  });
});
