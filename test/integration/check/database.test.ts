import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { LoopInput } from '../../../src/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { activation, step } from '../loops/activation.ts';
import { skene } from '../operations/command-line.ts';

let world: World;
let folder: string;
afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

it('skene check --database asks the database, and fails where a query or an email cannot be answered', async () => {
  world = await createWorld({ config: activation });
  folder = mkdtempSync(join(tmpdir(), 'skene-check-database-'));
  const check = async (loop: LoopInput, ...flags: string[]) => {
    const config = { loops: [loop], email: { from: 'a@example.com' }, database: { provider: 'postgres' } };
    writeFileSync(join(folder, 'skene.config.ts'), `export default ${JSON.stringify(config)};`);
    return skene(world, 'check', folder, '--database', '--database-url', world.stack.urls.database, ...flags);
  };
  expect(await check(activation)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^ok +query of welcome step-1 +the database takes it$/m),
  });
  const query = 'SELECT * FROM user_actions WHERE user_identity = $1';
  const { code, out } = await check(
    { ...activation, steps: [{ ...step, condition: { ...step.condition, query } }] },
    '--json',
  );
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    ok: false,
    findings: [{ state: 'problem', detail: expect.stringContaining('user_identity') }],
  });
});
