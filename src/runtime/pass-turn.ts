import type { Services } from '../intake/index.ts';
import { tickEventType } from '../plan/index.ts';
import { type RunPayload, startRuns } from '../runs/index.ts';
import type { Pass } from '../state/index.ts';

/** The share of one run in a pass: a long pass, or one that failed on its way, is taken up by another run. */
export interface PassTurn {
  pass: Pass;
  /** When the pass began, ms since the epoch. */
  startedAt: number;
  /** Of the run, from 0. */
  part: number;
  /** How many pages had been dealt with when this run took over. */
  pages: number;
}

/** A run's turn: what the run before it said, or the first of the tick that started it. */
export function turnOf({ plan, event }: RunPayload, startedAt: number): PassTurn {
  const handed = event.data as Partial<PassTurn> | undefined;
  const { loop, entry } = plan;
  return {
    pass: handed?.pass ?? { loop, entry, id: event.id, at: Date.parse(event.time ?? '') },
    startedAt: handed?.startedAt ?? startedAt,
    part: handed?.part ?? 0,
    pages: handed?.pages ?? 0,
  };
}

/**
 * Starts the run whose turn it is; told twice, it is the same run.
 * @throws {ProviderError} when QStash cannot be reached.
 */
export async function startTurn(
  turn: PassTurn,
  { payload: { plan, event }, services }: { payload: RunPayload; services: Services },
): Promise<void> {
  const { pass, part } = turn;
  const { state, queue, env, now } = services;
  const id = part === 0 ? pass.id : `${pass.id}+${part}`;
  const tick = { id, source: '/schedules', type: tickEventType(plan), time: event.time, data: { ...turn } };
  const { refused } = await startRuns([{ specversion: '1.0', ...tick }], {
    plans: [plan],
    state,
    queue,
    functionsUrl: env.functionsUrl,
    headers: env.bypassHeaders,
    now,
  });
  if (refused[0] !== undefined) throw new Error(`QStash refused to go on with a pass: ${refused[0].reason}`);
}

/**
 * Lets another run go on with a pass whose run has failed for good, if it came further than the one before: what makes it fail need not be
 * what the next meets. Where nothing was dealt with, the next tick tries again.
 */
export async function goOnAfterFailure(
  turn: PassTurn,
  context: { payload: RunPayload; services: Services },
): Promise<void> {
  const { pass, pages } = await context.services.state.sweeps.result(turn.pass);
  if (pass !== turn.pass.id || pages <= turn.pages) return;
  await startTurn({ ...turn, part: turn.part + 1, pages }, context);
}
