import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressKey } from '../../../src/email/index.ts';
import type { LoopInput } from '../../../src/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, step } from '../loops/activation.ts';
import { skene } from '../operations/command-line.ts';
import { addActivity, addUsers, retention } from '../retention/retention.ts';
import { redisText } from '../webhooks/redis-text.ts';

const personalization = { name: '{{user.name}}', activationLink: 'https://example.com' };
const welcome = {
  ...activation,
  steps: [{ ...step, action: { ...step.action, personalization } }],
} satisfies LoopInput;
/** A deployment that does not have the loop yet. */
const without = {
  ...welcome,
  id: 'other',
  steps: [{ trigger: { type: 'event', name: 'x' }, action: step.action }],
} satisfies LoopInput;

let folder: string;
let world: World;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skene-simulate-'));
});
afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

function run(config: LoopInput, ...args: string[]) {
  writeFileSync(join(folder, 'skene.config.ts'), `export default ${JSON.stringify(config)}`);
  return skene(world, ...args, '--config', folder, '--database-url', world.stack.urls.database);
}

/** Three users who were there before the loop: one has made a project, one must not be mailed, one has done nothing. */
async function threeUsers(): Promise<void> {
  await world.sql(
    `insert into users (email, name) values ('ada@example.com', 'Ada'), ('bob@example.com', 'Bob'), ('cyd@example.com', 'Cyd')`,
  );
  await world.sql(
    `insert into user_actions (user_id, action_type) values (1, 'first_project_created'), (2, 'first_project_created')`,
  );
  await world.state.suppressions.add(addressKey('bob@example.com'), 'unsubscribed');
}

describe('skene simulate', () => {
  it('says to whom a loop on a table would send what, and writes nothing', async () => {
    world = await createWorld({ config: without });
    await threeUsers();
    const before = await redisText(world);
    const { code, out } = await run(welcome, 'simulate', 'welcome', '--json');
    expect(code).toBe(0);
    const [{ fates, ...rest }] = JSON.parse(out);
    expect(rest).toMatchObject({ looked: 3, isWhole: true, messages: 2 + 3 });
    expect(rest.cost).toMatchObject({ messages: 5, emails: 2, notices: [] });
    expect(rest.cost.dollars).toBeGreaterThan(0);
    expect(fates).toEqual(
      expect.arrayContaining([
        {
          outcome: 'mail',
          reason: 'step-1',
          count: 1,
          examples: [{ subject: '1', email: 'ada@example.com' }],
        },
        { outcome: 'suppressed', reason: 'unsubscribed', count: 1, examples: [expect.anything()] },
        {
          outcome: 'wait',
          reason: 'step-1',
          count: 1,
          examples: [{ subject: '3', email: 'cyd@example.com' }],
        },
      ]),
    );
    expect(await redisText(world)).toBe(before);
    expect(world.emails).toEqual([]);
  });

  it('says whom the next pass over an audience would mail, as the pass then does', async () => {
    world = await createWorld({ config: retention });
    await addActivity(world);
    await addUsers(world, 12, 8);
    await addUsers(world, 5, 1);
    await world.sql(`update users set email = 'nobody' where id = 3`);
    const before = await redisText(world);
    const { out } = await run(retention, 'simulate', 'retention');
    expect(out).toMatch(/of all 12,\n {2}11 would be mailed now \(step-1\)\n.*user1@example.com.*, \.\.\.\n/);
    expect(out).toMatch(/1 must not be mailed \(no address\)/);
    expect(out).toMatch(/bill 3 messages at most/);
    expect(await redisText(world)).toBe(before);
    await world.advance('1d');
    expect(world.emails).toHaveLength(11);
    expect((await run(retention, 'simulate', 'retention')).out).toMatch(
      /11 would be passed over \((?:episode|frequency cap)\)/,
    );
  });

  it('cannot simulate what no table tells of', async () => {
    world = await createWorld({ config: without });
    expect(await run(without, 'simulate', 'other')).toMatchObject({
      code: 2,
      note: expect.stringContaining('started by event events'),
    });
    expect(await run(without, 'simulate', 'none')).toMatchObject({
      code: 2,
      note: expect.stringContaining('There are: other'),
    });
  });
});

describe('skene backfill', () => {
  it('starts a loop for those who were there before it, once, and goes on where it was stopped', async () => {
    world = await createWorld({ config: without });
    await threeUsers();
    await world.use(welcome);
    const fill = ['backfill', 'welcome', '--rate', '1000', '--yes', '--json'];
    const first = await run(welcome, ...fill, '--limit', '2');
    expect(JSON.parse(first.out)).toEqual({ rows: 2, started: 2, known: 0, isWhole: false });
    const rest = await run(welcome, ...fill);
    expect(JSON.parse(rest.out)).toMatchObject({ started: 1, known: 0, isWhole: true });
    await world.settle();
    expect(world.emails.map(({ to }) => to[0])).toEqual(['ada@example.com']);
    const again = await run(welcome, ...fill, '--restart');
    expect(JSON.parse(again.out)).toMatchObject({ started: 0, known: 3, isWhole: true });
    expect(await world.runs()).toHaveLength(3);
  });

  it('starts nothing for a row that started its run when it was written', async () => {
    world = await createWorld({ config: welcome });
    const ada = await world.signUp();
    const { out } = await run(welcome, 'backfill', 'welcome', '--yes');
    expect(out).toBe('0 runs started, 1 had been before.\n');
    expect(await world.runs()).toMatchObject([{ subject: ada.id }]);
  });

  it('asks first', async () => {
    world = await createWorld({ config: welcome });
    expect(await run(welcome, 'backfill', 'welcome')).toMatchObject({
      code: 2,
      note: expect.stringContaining('--yes'),
    });
  });
});
