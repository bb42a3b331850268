import { afterEach, beforeEach, expect, it } from 'vitest';
import { compileConfig } from '../../../src/compile/index.ts';
import { resolveConfig } from '../../../src/config/index.ts';
import { createClock } from '../../../src/dev/clock.ts';
import { listen } from '../../../src/dev/listen.ts';
import { createRedisServer } from '../../../src/dev/redis/index.ts';
import { startRuns } from '../../../src/runs/index.ts';
import { createState, type State } from '../../../src/state/index.ts';

const { plans } = compileConfig(
  resolveConfig({
    loops: [
      {
        id: 'hello',
        type: 'activation',
        opinion: 'Whoever is greeted stays',
        steps: [
          {
            trigger: { type: 'event', name: 'arrived' },
            action: { type: 'email', template: 'activation_welcome' },
          },
        ],
      },
    ],
  }),
);
const event = { specversion: '1.0', id: '1', source: '/app', type: 'arrived', subject: '41' } as const;
const now = Date.parse('2026-11-21T09:00:00Z');

let state: State;
let close: () => Promise<void>;

beforeEach(async () => {
  const redis = createRedisServer({
    clock: createClock({ frozen: true, start: now }),
    journal: undefined,
    token: 'token',
  });
  const server = await listen((request) => redis.handle(request), { port: 0 });
  state = createState({ url: server.url, token: 'token', namespace: 'test' });
  close = server.close;
});
afterEach(() => close());

it('writes down that a run was started, also where it was over before that could be done', async () => {
  const accepted: string[] = [];
  const context = {
    plans,
    state,
    queue: {
      start: async (triggers: ReadonlyArray<{ runId: string }>) => {
        accepted.push(...triggers.map(({ runId }) => runId));
        return triggers.map(() => ({ accepted: true }) as const);
      },
      notify: async () => {},
      cancel: async () => {},
    },
    functionsUrl: 'https://app.example.com/api',
    headers: {},
    now: () => now,
  };
  // Whoever started it was killed when QStash had taken it.
  const killed = { ...state, runLog: { ...state.runLog, record: () => Promise.reject(new Error('killed')) } };
  await expect(startRuns([event], { ...context, state: killed })).rejects.toThrow('killed');
  const [runId = ''] = accepted;
  await state.claims.settle([runId], 'ended');

  const { started, known } = await startRuns([event], context);
  expect([started.length, known.length]).toEqual([0, 1]);
  expect(accepted).toEqual([runId]);
  expect(await state.runLog.counts('hello', '2026-11-21')).toEqual({ started: 1 });
  await startRuns([event], context);
  expect(await state.runLog.counts('hello', '2026-11-21')).toEqual({ started: 1 });
});
