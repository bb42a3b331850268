import { fileURLToPath } from 'node:url';
import { checkHouse } from './check-house.ts';
import { readHouse } from './house.ts';

const findings = checkHouse(fileURLToPath(new URL('../..', import.meta.url)), readHouse());
for (const { file, line, rule, message } of findings) console.error(`${file}:${line} ${rule}: ${message}`);
console.error(
  findings.length === 0 ? 'The house stands as house.json says.' : `${findings.length} findings.`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
