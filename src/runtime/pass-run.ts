import type { WorkflowContext } from '@upstash/workflow';
import { tickEventType } from '../plan/index.ts';
import { type RunPayload, startRuns } from '../runs/index.ts';
import type { Pass, RunFact } from '../state/index.ts';
import { createPass, type PassContext, type PassProgress } from './pass.ts';
import { retriable } from './retriable.ts';

/** What the story of a pass over an audience is told with. */
export interface PassRun {
  /** Sleeps until those can be mailed for whom this pass is made. */
  untilDue(): Promise<void>;
  /** Sends pages for as long as one step may take. Answers whether this run goes on. */
  sendPages(part: number): Promise<boolean>;
}

/** What a run tells the next that goes on with its pass. */
interface Handover {
  pass: Pass;
  /** When the pass began, ms since the epoch. */
  startedAt: number;
  part: number;
}

/** The verbs of a run that passes over an audience. */
export function createPassRun(
  context: Pick<WorkflowContext<RunPayload>, 'run' | 'sleepUntil' | 'workflowRunCreatedAt'>,
  passContext: PassContext,
): PassRun {
  const { payload, services, pace } = passContext;
  const { plan, event } = payload;
  const handed = event.data as Partial<Handover> | undefined;
  const pass: Pass = handed?.pass ?? {
    loop: plan.loop,
    entry: plan.entry,
    id: event.id,
    at: Date.parse(event.time ?? ''),
  };
  const startedAt = handed?.startedAt ?? context.workflowRunCreatedAt;
  const deadline = startedAt + timeoutOf(payload) * 1_000;

  /** Starts a run that goes on where this one ends; told twice, it is the same run. */
  async function startNext(id: string, next: Handover): Promise<void> {
    const { started, known, refused } = await startRuns(
      [
        {
          specversion: '1.0',
          id,
          source: '/schedules',
          type: tickEventType(plan),
          time: event.time,
          data: { ...next },
        },
      ],
      {
        plans: [plan],
        state: services.state,
        queue: services.queue,
        functionsUrl: services.env.functionsUrl,
        headers: services.env.bypassHeaders,
        now: services.now,
      },
    );
    if (started.length + known.length === 0) throw new Error(`QStash refused a pass: ${refused[0]?.reason}`);
  }

  async function end(progress: PassProgress): Promise<void> {
    const { sweep, counts, quietUntil } = await services.state.sweeps.result(pass);
    if (progress === 'done' && quietUntil !== undefined) {
      const next = { loop: plan.loop, entry: plan.entry, id: `${pass.id}~${quietUntil}`, at: quietUntil };
      await startNext(next.id, { pass: { ...next, again: sweep }, startedAt: quietUntil, part: 0 });
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
    const part = (handed?.part ?? 0) + 1;
    await startNext(`${pass.id}+${part}`, { pass, startedAt, part });
    await finish({ outcome: 'handed_over', detail: undefined });
  }

  return {
    async untilDue() {
      if (pass.again !== undefined && handed?.part === 0)
        await context.sleepUntil('quiet hours', new Date(pass.at));
    },

    async sendPages(part) {
      const progress = await context.run<PassProgress>(`pages ${part}`, () =>
        retriable(async () => {
          const worked = await createPass(pass, passContext).work(deadline);
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
