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
  /** When it may begin, ms since the epoch; at once where left out. */
  notBefore?: number | undefined;
  /** How many runs before it came no further. */
  failures: number;
}

/**
 * After runs that came no further, another tries again, in ms: all within the day for which the provider knows a page that may have gone
 * out.
 */
const PAUSES_MS = [5, 30, 180, 720].map((minutes) => minutes * 60_000);

/** By this answer the SDK says that no further attempt can help. */
const NOT_RETRYABLE = 489;

/** A run's turn: what the run before it said, or the first of the tick that started it. */
export function turnOf({ plan, event }: RunPayload, startedAt: number): PassTurn {
  const handed = event.data as Partial<PassTurn> | undefined;
  const { loop, entry } = plan;
  return {
    pass: handed?.pass ?? { loop, entry, id: event.id, at: Date.parse(event.time ?? '') },
    startedAt: handed?.startedAt ?? startedAt,
    part: handed?.part ?? 0,
    pages: handed?.pages ?? 0,
    notBefore: handed?.notBefore,
    failures: handed?.failures ?? 0,
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
 * Lets another run go on with a pass whose run has failed for good: at once where it came further than the one before, as what made it fail
 * need not be what the next meets; after a pause where it did not, as the provider may be down. A page that was claimed is not left so.
 * @param failStatus what the last attempt was answered with.
 */
export async function goOnAfterFailure(
  turn: PassTurn,
  failStatus: number,
  context: { payload: RunPayload; services: Services },
): Promise<void> {
  const { state, now } = context.services;
  const { pass, pages } = await state.sweeps.result(turn.pass);
  if (pass !== turn.pass.id) return;
  const next = { ...turn, part: turn.part + 1, pages };
  if (pages > turn.pages) return startTurn({ ...next, failures: 0, notBefore: undefined }, context);
  const pauseMs = PAUSES_MS[turn.failures];
  if (failStatus === NOT_RETRYABLE || pauseMs === undefined) return;
  const notBefore = now() + pauseMs;
  await startTurn({ ...next, failures: turn.failures + 1, notBefore, startedAt: notBefore }, context);
}
