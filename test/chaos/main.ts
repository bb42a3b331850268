import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../servers/postgres.ts';
import { USUAL_RATES } from './faults.ts';
import { addUp, joined, printReport, type Report } from './report.ts';
import { historyOf, liveRound, type Round } from './round.ts';

/**
 * `npm run chaos`: lives through one world after another until there have been `--runs` runs, several at a time. Says what went wrong and
 * what came of it; exits 1 where something came of it.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    runs: { type: 'string', default: '1000' },
    people: { type: 'string', default: '24' },
    faults: { type: 'string', default: '1' },
    worlds: { type: 'string', default: '8' },
    /** Reports of earlier commands, to be added to this one. */
    add: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
  },
});
const [first, wanted, people, factor, atOnce] = [
  values.seed,
  values.runs,
  values.people,
  values.faults,
  values.worlds,
].map(Number) as [number, number, number, number, number];
const rates = {
  call: USUAL_RATES.call * factor,
  delivery: Math.min(0.9, USUAL_RATES.delivery * factor),
  cable: USUAL_RATES.cable * factor,
  kill: USUAL_RATES.kill * factor,
};

// What the functions and the vendors' clients have to say of every fault is not read by anybody.
for (const method of ['error', 'warn'] as const) console[method] = () => {};

// Whoever stops the command stops the database it has started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const postgres = await startPostgres();
const startedAt = performance.now();
const rounds: Round[] = [];
const earlier = values.add.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report);
let seed = first;
let runs = 0;

async function liveOn(): Promise<void> {
  while (runs < wanted) {
    const own = seed++;
    const round = await liveRound({ seed: own, people, rates, databaseUrl: await postgres.createDatabase() });
    rounds.push(round);
    runs += round.runs;
    reportNow();
    const { violations, injected } = round;
    console.info(
      `seed ${own}: ${round.runs} runs, ${injected.length} faults, ${violations.length} violations (${runs} of ${wanted} runs)`,
    );
    for (const violation of violations) {
      console.info(`  ${violation.invariant}: ${violation.text}`);
      for (const { at, kind, place } of historyOf(violation, injected).slice(-40))
        console.info(`    ${new Date(at).toISOString()} ${kind} (${place})`);
    }
  }
}

/** What has come so far: a command that is stopped has told it. */
function reportNow(): Report {
  const own = addUp(rounds, {
    command: `npm run chaos -- --seed ${first} --runs ${wanted} --people ${people} --faults ${factor}`,
    seconds: Math.round((performance.now() - startedAt) / 1_000),
  });
  const report = joined(rounds.length === 0 ? earlier : [own, ...earlier]);
  if (values.out === undefined) return report;
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

await Promise.all(Array.from({ length: atOnce }, liveOn));
const report = reportNow();
printReport(report);
await postgres.close();
process.exit(report.violations.length === 0 ? 0 : 1);
