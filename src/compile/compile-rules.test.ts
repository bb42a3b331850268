import { describe, expect, it } from 'vitest';
import { type ConfigInput, type LoopInput, resolveConfig } from '../config/index.ts';
import { compileConfig } from './compile-config.ts';

const audience: LoopInput = {
  type: 'retention',
  opinion: 'o',
  steps: [
    {
      trigger: { type: 'schedule', cron: '0 9 * * *' },
      condition: { type: 'activity', table: 'events' },
      action: { type: 'email', template: 're_engagement' },
    },
  ],
};
const event: LoopInput = {
  ...audience,
  id: 'event',
  steps: [{ trigger: { type: 'event', name: 'e' }, action: { type: 'email', template: 're_engagement' } }],
};
const deploymentOf = (config: ConfigInput) => compileConfig(resolveConfig(config));
const rulesOf = (loop: LoopInput, config: Partial<ConfigInput> = {}) =>
  deploymentOf({ ...config, loops: [loop] }).plans[0]?.rules;

describe('the rules of a loop', () => {
  it('are those of episodes, and of one email a day where it mails an audience', () => {
    expect(rulesOf(audience)).toEqual({
      reentry: 'episode',
      caps: [{ scope: 'loop', cap: 1, period: 86_400 }],
      quietHours: undefined,
      holdout: 0,
    });
    expect(rulesOf(event)?.caps).toEqual([]);
  });

  it('are its own where it has any, and those of all loops besides', () => {
    const frequency = { cap: 3, period: '7d' };
    const quietHours = { from: '21:30', to: '08:00' };
    const loop = {
      ...audience,
      frequency: { cap: 2, period: '1w' },
      reentry: { cooldown: '30d' },
      holdout: 0.1,
    };
    expect(rulesOf(loop, { frequency, quietHours })).toEqual({
      reentry: { cooldown: 30 * 86_400 },
      caps: [
        { scope: 'loop', cap: 2, period: 7 * 86_400 },
        { scope: 'all', cap: 3, period: 7 * 86_400 },
      ],
      quietHours: { from: 21 * 60 + 30, to: 8 * 60, timezone: 'contact' },
      holdout: 0.1,
    });
    const own = { from: '00:00', to: '06:00', timezone: 'UTC' };
    expect(rulesOf({ ...event, quietHours: own }, { quietHours })?.quietHours).toEqual({
      from: 0,
      to: 360,
      timezone: 'UTC',
    });
  });

  it('count emails over at most 100 days', () => {
    expect(() => rulesOf({ ...audience, frequency: { cap: 1, period: '101d' } })).toThrow(/100d/);
  });
});

describe('activity', () => {
  const conditionOf = (tables: ConfigInput['tables']) =>
    deploymentOf({ loops: [audience], tables }).plans[0]?.steps[0]?.condition;

  it('is looked for in the columns that the table was said to have', () => {
    expect(conditionOf({})).toMatchObject({ subject: 'user_id', time: 'created_at' });
    expect(conditionOf({ events: { subject: 'who', time: 'at' } })).toMatchObject({
      subject: 'who',
      time: 'at',
    });
  });

  it('is rolled up over as many days as its conditions look back, where that was said', () => {
    expect(deploymentOf({ loops: [audience] }).watches).toEqual([]);
    const { watches } = deploymentOf({ loops: [audience], tables: { events: { rollup: true } } });
    expect(watches).toMatchObject([
      { table: 'events', changes: [], rollup: { subject: 'user_id', time: 'created_at', days: 36 } },
    ]);
  });
});
