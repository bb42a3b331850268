import { startPostgres } from '../servers/postgres.ts';
import { countKinds, USUAL_RATES } from './faults.ts';
import { violationsOf } from './invariants.ts';
import { live } from './story.ts';
import { createChaosWorld } from './world.ts';

const seed = Number(process.argv[2] ?? 1);
const people = Number(process.argv[3] ?? 24);
const factor = Number(process.argv[4] ?? 1);
const rates = {
  call: USUAL_RATES.call * factor,
  delivery: USUAL_RATES.delivery * factor,
  cable: USUAL_RATES.cable * factor,
  kill: USUAL_RATES.kill * factor,
};
const quiet = process.env.LOUD ? undefined : () => {};
if (quiet) {
  console.error = quiet;
  console.warn = quiet;
}
const pgs = await startPostgres();
const t = Date.now();
const world = await createChaosWorld({ seed, name: 'one', databaseUrl: await pgs.createDatabase(), rates });
const story = await live(world, people);
const violations = await violationsOf(world, story);
console.log(
  Date.now() - t,
  'ms',
  world.ledger.runs.length,
  'runs',
  world.plan.injected.length,
  'faults',
  world.ledger.emails.length,
  'emails',
  story.operator.resumed,
  'resumed',
);
console.log(countKinds(world.plan.injected));
console.log(story.operator.causes);
for (const v of violations) console.log(v);
const want = process.env.DUMP;
if (want) {
  const id = want === '1' ? (violations.find((v) => v.text.endsWith('goes on'))?.about[0] ?? '') : want;
  const a = await fetch(`${world.variables.QSTASH_URL}/v2/workflows/events?groupBy=workflowRunId&workflowRunId=${id}`, { headers: { authorization: `Bearer eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=` } });
  console.log(JSON.stringify(await a.json(), null, 1).slice(0, 6000));
  for (const i of world.plan.injected.filter((i) => i.place.includes(id))) console.log(new Date(i.at).toISOString(), i.kind, i.place);
}
await world.close();
await pgs.close();
process.exit();
