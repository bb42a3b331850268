import { afterEach, describe, expect, it } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import { createQStashClient } from '../../../src/runs/index.ts';
import { applyScheduleSync, planScheduleSync } from '../../../src/sync/index.ts';
import { createWorld, type World } from '../../../src/testing/index.ts';
import { dormant, retention } from './retention.ts';

let world: World;
afterEach(() => world.close());

const deploymentOf = (config: unknown) => compileConfig(resolveConfig(config));
const differences = async (config: unknown) =>
  (await planScheduleSync(world.stack.env, deploymentOf(config)))
    .filter(({ action }) => action !== 'keep')
    .map(({ action, id, cron }) => [action, id, cron]);

describe('the schedules at QStash', () => {
  it('are registered by the local stack, and are then as they should be', async () => {
    world = await createWorld({ config: retention });
    expect(await differences(retention)).toEqual([]);
  });

  it('follow the configuration: changed, added and taken away, and nobody else’s is touched', async () => {
    world = await createWorld({ config: retention });
    const { schedules } = createQStashClient(world.stack.env.qstash);
    await schedules.create({ scheduleId: 'theirs', destination: 'https://example.com', cron: '* * * * *' });
    const changed = {
      loops: [
        dormant({ cron: '30 8 * * 1', timezone: 'Europe/Helsinki' }),
        { ...dormant({ cron: '0 10 * * *' }), id: 'second' },
      ],
    };
    expect(await differences(changed)).toEqual([
      ['change', 'skene-production-retention.step-1', 'CRON_TZ=Europe/Helsinki 30 8 * * 1'],
      ['create', 'skene-production-second.step-1', '0 10 * * *'],
    ]);
    const { env } = world.stack;
    await applyScheduleSync(env, await planScheduleSync(env, deploymentOf(changed)));
    expect(await differences(changed)).toEqual([]);
    expect(await differences({ ...retention, enabled: false })).toEqual([
      ['remove', 'skene-production-retention.step-1', 'CRON_TZ=Europe/Helsinki 30 8 * * 1'],
      ['remove', 'skene-production-second.step-1', '0 10 * * *'],
    ]);
    expect((await schedules.list()).map(({ scheduleId }) => scheduleId)).toContain('theirs');
  });

  it('start one pass a day at the hour of their time zone', async () => {
    world = await createWorld({ config: dormant({ cron: '0 9 * * *', timezone: 'Asia/Tokyo' }) });
    await world.advance('3d');
    const runs = await world.runs();
    expect(runs).toHaveLength(3);
    expect(runs.map(({ startedAt }) => new Date(startedAt).toISOString().slice(11))).toEqual(
      Array.from({ length: 3 }, () => '00:00:00.000Z'),
    );
  });

  it('start one pass though a tick is told twice', async () => {
    world = await createWorld({ config: retention });
    await world.advance('1d');
    const [first] = await world.runs();
    const { env } = world.stack;
    await createQStashClient(env.qstash).publish({
      url: `${env.functionsUrl}/schedules/retention.step-1`,
      body: '',
    });
    await world.settle();
    expect((await world.runs()).map(({ runId }) => runId)).toEqual([first?.runId]);
  });
});
