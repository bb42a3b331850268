/**
 * Fails when the log of a test run has a secret in it: one that the local stack goes by, or anything that looks like a key of a provider.
 * `tsx scripts/secrets-in-log.ts <log>`
 */
import { readFileSync } from 'node:fs';
import { DEV_REDIS_TOKEN, DEV_SECRET } from '../src/dev/environment.ts';
import { DEV_SIGNING_KEYS, DEV_TOKEN } from '../src/dev/qstash/index.ts';

const KNOWN = [DEV_SECRET, DEV_REDIS_TOKEN, DEV_TOKEN, DEV_SIGNING_KEYS.current, DEV_SIGNING_KEYS.next];
const PROVIDERS = [
  ['Stripe', /\b[sr]k_(?:test|live)_\w{8,}/],
  ['a webhook secret', /\bwhsec_[\w+/=-]{12,}/],
  ['Resend', /\bre_[A-Za-z0-9]{8,}_\w{8,}/],
  ['a QStash signing key', /\bsig_[A-Za-z0-9]{12,}/],
  ['a URL with a password', /\b(?:postgres(?:ql)?|mysql|rediss?):\/\/[^\s:/@]+:(?!postgres@)[^\s@]+@/],
] as const;

/** A run of all tests says far more than this. */
const LEAST_LINES = 200;

const [path = 'coverage/test.log'] = process.argv.slice(2);
const lines = readFileSync(path, 'utf8').split('\n');
const found = lines.flatMap((line, index) => [
  ...KNOWN.filter((secret) => line.includes(secret)).map(
    () => `line ${index + 1}: a secret of the local stack`,
  ),
  ...PROVIDERS.filter(([, form]) => form.test(line)).map(([whose]) => `line ${index + 1}: ${whose}`),
]);

if (lines.length < LEAST_LINES) found.push(`${path} has only ${lines.length} lines: is it the whole log?`);
for (const problem of found) console.error(problem);
console.log(`${lines.length} lines of log, ${found.length} secrets`);
process.exitCode = found.length === 0 ? 0 : 1;
