import type { WorkflowContext } from '@upstash/workflow';
import { courseOf } from '../plan/index.ts';
import type { RunPayload } from '../runs/index.ts';
import type { RunFact } from '../state/index.ts';
import { createPass, type PassContext, type PassProgress } from './pass.ts';
import { startTurn, turnOf } from './pass-turn.ts';
import { retriable } from './retriable.ts';

/** What the story of a pass over an audience is told with. */
export interface PassRun {
  /** Sleeps until the run's turn has come: quiet hours are over, or the pause after a failure. */
  untilDue(): Promise<void>;
  /** Sends pages for as long as one step may take. Answers whether this run goes on. */
  sendPages(part: number): Promise<boolean>;
}

/** The verbs of a run that passes over an audience. */
export function createPassRun(
  context: Pick<WorkflowContext<RunPayload>, 'run' | 'sleepUntil' | 'workflowRunCreatedAt' | 'headers'>,
  passContext: PassContext,
): PassRun {
  const { payload, services, deployed, pace } = passContext;
  const { plan } = payload;
  const turn = turnOf(payload, context.workflowRunCreatedAt);
  const { pass, startedAt } = turn;
  const deadline = startedAt + timeoutOf(payload) * 1_000;

  /** An attempt that was cut off may have run out of a time limit that nobody told us: each next one tries less at once. */
  function stepMs(): number {
    const retried = Number(context.headers.get('upstash-retried') ?? 0);
    return pace.stepMs / 2 ** retried;
  }

  async function end(progress: PassProgress): Promise<void> {
    const { sweep, counts, quietUntil } = await services.state.sweeps.result(pass);
    if (progress === 'done' && quietUntil !== undefined) {
      const { loop, entry } = pass;
      const next = { loop, entry, id: `${pass.id}~${quietUntil}`, at: quietUntil, again: sweep };
      const turn = {
        pass: next,
        startedAt: quietUntil,
        notBefore: quietUntil,
        part: 0,
        pages: 0,
        failures: 0,
      };
      await startTurn(turn, passContext);
    }
    const detail = progress === 'superseded' ? undefined : counts;
    await finish({ outcome: OUTCOMES[progress], detail });
  }

  async function finish({ outcome, detail }: Pick<RunFact, 'outcome' | 'detail'>): Promise<void> {
    const { runId, subject } = payload;
    const fact = { runId, loop: plan.loop, subject, outcome, detail };
    const [news] = await Promise.all([
      services.state.runLog.record([{ ...fact, step: plan.entry, at: services.now(), final: true }]),
      services.state.claims.settle([runId], 'ended'),
    ]);
    if (news > 0) services.report({ kind: 'outcome', ...fact });
  }

  async function handOver(): Promise<void> {
    const { pages } = await services.state.sweeps.result(pass);
    await startTurn({ ...turn, part: turn.part + 1, pages, notBefore: undefined, failures: 0 }, passContext);
    await finish({ outcome: 'handed_over', detail: undefined });
  }

  return {
    async untilDue() {
      if (turn.notBefore !== undefined) await context.sleepUntil('until due', new Date(turn.notBefore));
    },

    async sendPages(part) {
      const progress = await context.run<PassProgress>(`pages ${part}`, () =>
        retriable(async () => {
          const isDrained = courseOf(plan, plan.entry, deployed).turn === 'end';
          const worked = isDrained
            ? 'superseded'
            : await createPass(pass, passContext).work({ stepMs: stepMs(), deadline });
          if (worked !== 'goes on') await end(worked);
          else if (part >= pace.mostSteps) await handOver();
          return worked;
        }),
      );
      return progress === 'goes on' && part < pace.mostSteps;
    },
  };
}

const OUTCOMES = {
  'goes on': 'done',
  done: 'done',
  'out of time': 'timed_out',
  superseded: 'superseded',
} as const satisfies Record<PassProgress, string>;

/** How long a pass may take, in seconds. */
function timeoutOf({ plan }: RunPayload): number {
  const condition = plan.steps[0]?.condition;
  return condition !== undefined && 'timeout' in condition ? condition.timeout : 0;
}
