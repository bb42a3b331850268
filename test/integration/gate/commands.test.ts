import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GateFront } from '../../../src/adapters/gate.ts';
import { openDatabase } from '../../../src/databases/open/any.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { skene } from '../operations/command-line.ts';
import { freemium, openGateIn } from './freemium.ts';

const loop = freemium(5);
const FEATURE = 'freemium/step-1';
let folder: string;
let world: World;
let front: GateFront;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skene-gate-'));
  const config = JSON.stringify(loop).replace('"paid":null', '"paid":Infinity');
  writeFileSync(join(folder, 'skene.config.ts'), `export default ${config};`);
  world = await createWorld({ config: loop, variables: { SKENE_FROM: 'Ada <ada@example.com>' } });
  front = openGateIn(world, loop, { openDatabase, now: Date.now });
});
afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

const gate = (...words: string[]) => skene(world, 'gate', ...words, '--config', folder);
const reconcile = (...flags: string[]) =>
  gate('reconcile', '--database-url', world.stack.urls.database, ...flags);

async function call(user: string): Promise<number> {
  const request = { method: 'POST', headers: { 'x-user': user } };
  const handler = front.withGate(() => Response.json({}));
  return (await handler(new Request('https://app.example/api/features/x', request))).status;
}

async function use(user: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) expect(await call(user)).toBe(200);
}

const used = async () =>
  Object.fromEntries(
    (await world.sql<{ user_id: string; used: string }>('SELECT user_id, used FROM usage')).map((row) => [
      row.user_id,
      Number(row.used),
    ]),
  );
const written = (expected: Record<string, number>) =>
  expect.poll(used, { timeout: 10_000 }).toEqual(expected);

describe('skene gate', () => {
  it('shows what somebody has used, and gives them more, or less', async () => {
    await use('ada', 3);
    const { code, out } = await gate('show', 'ada', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      plan: 'free',
      features: [{ feature: FEATURE, used: 3, limit: 5 }],
    });
    expect((await gate('grant', 'ada', 'freemium', '2', '--for', '1d')).out).toMatch(
      /freemium\/step-1 +3 +7/,
    );
    await use('ada', 4);
    expect(await call('ada')).toBe(402);
    expect((await gate('limit', 'ada', 'freemium', 'unlimited')).out).toMatch(/unlimited/);
    await expect.poll(() => call('ada'), { timeout: 3_000 }).toBe(200);
    expect((await gate('limit', 'bob', 'freemium', '0')).code).toBe(0);
    expect(await call('bob')).toBe(403);
    expect((await gate('limit', 'ada', 'freemium', 'none')).out).toMatch(/freemium\/step-1 +8 +7/);
    expect((await gate('grant', 'ada', 'another', '2')).code).not.toBe(0);
    expect((await gate('grant', 'ada', 'freemium', '-2')).code).not.toBe(0);
  });
});

describe('skene gate reconcile', () => {
  it('has nothing to mend where both say the same', async () => {
    await use('ada', 2);
    await written({ ada: 2 });
    expect(await reconcile('--check')).toMatchObject({
      code: 0,
      out: 'Redis and the table say the same of 1 users.\n',
    });
  });

  it('finds rows that were lost, are late or were changed by hand, and writes them anew', async () => {
    await use('ada', 2);
    await use('bob', 3);
    await use('eve', 1);
    await use('kim', 1);
    await written({ ada: 2, bob: 3, eve: 1, kim: 1 });
    await world.sql("DELETE FROM usage WHERE user_id = 'ada'");
    await world.sql("UPDATE usage SET used = 1, version = 1 WHERE user_id = 'bob'");
    await world.sql("UPDATE usage SET used = 99 WHERE user_id = 'eve'");

    const checked = await reconcile('--check', '--json');
    expect(checked.code).toBe(1);
    const { drifts } = JSON.parse(checked.out) as { drifts: Array<Record<string, unknown>> };
    expect(drifts.map(({ subject, behind }) => [subject, behind]).sort()).toEqual([
      ['ada', 'table'],
      ['bob', 'table'],
      ['eve', 'table'],
    ]);
    expect(await used()).toEqual({ bob: 1, eve: 99, kim: 1 });
    expect((await reconcile()).code).not.toBe(0);
    expect((await reconcile('--yes')).code).toBe(0);
    expect(await used()).toEqual({ ada: 2, bob: 3, eve: 1, kim: 1 });
    expect((await reconcile('--check')).code).toBe(0);
  });

  it('gives Redis back what it has lost, in the period in which it was used, with what was counted since', async () => {
    await use('ada', 3);
    await use('bob', 5);
    await written({ ada: 3, bob: 5 });
    const before = JSON.parse((await gate('show', 'bob', '--json')).out) as {
      features: [{ resetAt: string }];
    };
    const { env } = world.stack;
    await fetch(`${env.redis.url}/del/skene:production:gate:ada/skene:production:gate:bob`, {
      headers: { authorization: `Bearer ${env.redis.token}` },
    });
    front = openGateIn(world, loop, { openDatabase, now: Date.now });
    await use('ada', 1);

    const checked = await reconcile('--check', '--json');
    const { drifts } = JSON.parse(checked.out) as { drifts: Array<Record<string, unknown>> };
    expect(drifts.map(({ subject, behind }) => [subject, behind]).sort()).toEqual([
      ['ada', 'redis'],
      ['bob', 'redis'],
    ]);
    expect((await reconcile('--yes')).code).toBe(0);
    expect(JSON.parse((await gate('show', 'ada', '--json')).out)).toMatchObject({ features: [{ used: 4 }] });
    expect(JSON.parse((await gate('show', 'bob', '--json')).out)).toEqual(before);
    front = openGateIn(world, loop, { openDatabase, now: Date.now });
    expect([await call('bob'), await call('ada'), await call('ada')]).toEqual([402, 200, 402]);
    await expect.poll(used, { timeout: 10_000 }).toMatchObject({ ada: 5, bob: 5 });
  });
});
