import { afterEach, expect, it } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import type { LoopInput } from '../../../src/index.ts';
import { lookAtQueries } from '../../../src/sync/look-at-queries.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, step } from '../loops/activation.ts';
import { addActivity, retention } from '../retention/retention.ts';

let world: World;
afterEach(() => world.close());

async function findings(...loops: LoopInput[]) {
  const database = await openDatabase({ url: world.stack.urls.database });
  try {
    return await lookAtQueries(database, compileConfig(resolveConfig({ loops })));
  } finally {
    await database.close();
  }
}
const asking = (query: string): LoopInput => ({
  ...activation,
  steps: [{ ...step, condition: { ...step.condition, query } }],
});

it('every query is asked of the real database: columns and types that are not there are named', async () => {
  world = await createWorld({ config: activation });
  await addActivity(world);
  expect(await findings(activation, retention)).toEqual([
    { name: 'query of welcome step-1', state: 'ok', detail: 'the database takes it' },
    { name: 'query of retention step-1', state: 'ok', detail: 'the database takes it' },
  ]);
  expect(await findings(asking('SELECT * FROM user_actions WHERE user_identity = $1'))).toMatchObject([
    { state: 'problem', detail: expect.stringContaining('user_identity') },
  ]);
  await world.signUp();
  expect(
    await findings(asking("SELECT * FROM user_actions WHERE user_id = $1 AND user_id = 'x'")),
  ).toMatchObject([{ state: 'problem', detail: expect.stringMatching(/invalid input syntax/) }]);
});

it('one that reads a large table from end to end is named, with the index to create', async () => {
  world = await createWorld({ config: activation });
  await world.signUp();
  await world.sql('create table visits (id serial primary key, user_id bigint, kind text)');
  await world.sql(`insert into visits (user_id, kind) select n, 'a' from generate_series(1, 20000) n`);
  await world.sql('analyze visits');
  const loop = asking("SELECT * FROM visits WHERE user_id = $1 AND kind = 'first'");
  const [found] = await findings(loop);
  expect(found).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/reads all of visits \(about 20000 rows\)/),
  });
  expect(found?.hint).toBe('CREATE INDEX ON "visits" ("user_id", "kind");');
  await world.sql(found?.hint ?? '');
  expect(await findings(loop)).toMatchObject([{ state: 'ok' }]);
});

it('emails speak of what the database answers with', async () => {
  world = await createWorld({ config: activation });
  const saying = (personalization: Record<string, string>): LoopInput => ({
    ...activation,
    steps: [{ ...step, action: { ...step.action, personalization } }],
  });
  const right = { name: '{{user.name}}', activationLink: '{{event.email}} {{row.action_type}}' };
  expect(await findings(saying(right))).toMatchObject([{ state: 'ok' }]);
  const wrong = { name: '{{user.nick}}', activationLink: '{{row.kind}} {{row.other | default: "none"}}' };
  const [query, ...emails] = await findings(saying(wrong));
  expect(query).toMatchObject({ state: 'ok' });
  expect(emails.map(({ name, state, detail }) => [name, state, detail])).toEqual([
    ['email of welcome step-1', 'problem', 'speaks of user.nick, and users has no nick'],
    ['email of welcome step-1', 'problem', 'speaks of row.kind, and its query has no kind'],
  ]);
});

it('an id is asked with in its own kind, also where there is no user yet', async () => {
  world = await createWorld({ config: activation });
  await world.sql('create table visits (visitor uuid)');
  expect(await findings(asking('SELECT * FROM visits WHERE visitor = $1'))).toMatchObject([
    { state: 'problem', detail: expect.stringMatching(/invalid input syntax for type uuid/) },
  ]);
});
