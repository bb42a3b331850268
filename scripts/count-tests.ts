import { existsSync, readFileSync } from 'node:fs';

/** What is read of the report of vitest's `json` reporter. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: Array<{ status: string; assertionResults: unknown[] }>;
}

const [path = 'coverage/tests.json'] = process.argv.slice(2);

if (existsSync(path)) {
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  // A file that could not even be loaded has no tests to fail.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + broken;
  const skipped = report.numPendingTests + report.numTodoTests;
  console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 && report.numPassedTests > 0 ? 0 : 1;
} else {
  console.log('0 passed, 0 failed, 0 skipped');
  process.exitCode = 1;
}
