import { defineConfig } from 'vitest/config';

/** Where the tests of each kind are, and how long one of them may take. A kind without files fails (test/house). */
export const testKinds = {
  unit: { files: ['src/**/*.test.ts', 'workflows/**/*.test.ts', 'scripts/**/*.test.ts'], seconds: 5 },
  contract: { files: ['test/contract/**/*.test.ts'], seconds: 30 },
  integration: { files: ['test/integration/**/*.test.ts'], seconds: 60 },
  abuse: { files: ['test/abuse/**/*.test.ts'], seconds: 120 },
  e2e: { files: ['test/e2e/**/*.test.ts'], seconds: 120 },
  examples: { files: ['test/examples/**/*.test.ts'], seconds: 120, setup: ['test/examples/built-sdk.ts'] },
  package: {
    files: ['test/package/**/*.test.ts', 'test/house/**/*.test.ts', 'test/docs/**/*.test.ts'],
    seconds: 120,
  },
};

/** What must and what must not compile. */
export const typeTests = ['test/types/**/*.test-d.ts'];

const violations = 'test/house/violations/**';

export default defineConfig({
  test: {
    projects: [
      ...Object.entries(testKinds).map(([name, { files, seconds, ...more }]) => ({
        test: {
          name,
          include: files,
          globalSetup: 'setup' in more ? more.setup : [],
          exclude: [violations],
          testTimeout: seconds * 1000,
          hookTimeout: Math.max(seconds, 30) * 1000,
        },
      })),
      {
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: 'tsc',
            include: typeTests,
            tsconfig: 'test/types/tsconfig.json',
          },
        },
      },
    ],
    // `.ci/run` counts the tests from this file.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'coverage/tests.json' }]] : ['default'],
    coverage: { include: ['src/**/*.ts'], exclude: ['**/*.test.ts'] },
  },
});
