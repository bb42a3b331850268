import { DEV_TOKEN } from '../../src/dev/qstash/index.ts';
import { createOperations, resumeRun } from '../../src/operations/index.ts';
import type { ChaosWorld } from './world.ts';

/** A run that was given up. */
export interface DeadLetter {
  dlqId: string;
  /** As QStash calls it. */
  workflowRunId: string;
  cause: string;
}

/** A run, as QStash knows it. */
export interface QueueRun {
  id: string;
  state: string;
  label: string;
}

/** Whoever looks after the deployment: takes up again what was given up, as `skene runs retry` does. */
export interface Operator {
  deadLetters(): Promise<DeadLetter[]>;
  /** Resumes all dead letters. */
  resumeAll(): Promise<void>;
  runs(): Promise<QueueRun[]>;
  readonly resumed: number;
  /** Causes of dead letters, and how often each was met. */
  readonly causes: ReadonlyMap<string, number>;
  /** What could not be resumed, and why. */
  readonly refusals: readonly string[];
}

interface DlqPage {
  messages: Array<{ dlqId: string; workflowRunId: string; responseStatus: number; responseBody?: string }>;
  cursor?: string;
}
interface RunPage {
  runs: Array<{ workflowRunId: string; workflowState: string; label?: string }>;
  cursor?: string;
}

export function createOperator({
  env,
  urls,
}: {
  env: ChaosWorld['env'];
  urls: { qstash: string };
}): Operator {
  const operations = createOperations(env);
  const causes = new Map<string, number>();
  const refusals: string[] = [];
  let resumed = 0;

  async function pages<TPage extends { cursor?: string }>(path: string): Promise<TPage[]> {
    const found: TPage[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const more = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await fetch(`${urls.qstash}${path}${more}`, {
        headers: { authorization: `Bearer ${DEV_TOKEN}` },
      });
      const page = (await answer.json()) as TPage;
      found.push(page);
      cursor = page.cursor;
    }
    return found;
  }

  async function deadLetters(): Promise<DeadLetter[]> {
    const found = await pages<DlqPage>('/v2/dlq?source=workflow');
    return found.flatMap(({ messages }) =>
      messages.map(({ dlqId, workflowRunId, responseStatus, responseBody = '' }) => ({
        dlqId,
        workflowRunId,
        cause:
          responseBody === '' && responseStatus === 0
            ? 'no answer'
            : `${responseStatus} ${causeIn(responseBody)}`,
      })),
    );
  }

  return {
    deadLetters,
    async resumeAll() {
      const [letters, records] = await Promise.all([deadLetters(), operations.state.runLog.list(10_000)]);
      for (const { workflowRunId, cause } of letters) {
        causes.set(cause, (causes.get(cause) ?? 0) + 1);
        const record = records.find(({ runId, resumedAs }) => [runId, resumedAs].includes(workflowRunId));
        try {
          await resumeRun(record?.runId ?? workflowRunId, operations);
          resumed += 1;
        } catch (error) {
          refusals.push(`${workflowRunId}: ${String(error)}`);
        }
      }
    },
    async runs() {
      const found = await pages<RunPage>('/v2/workflows/events?groupBy=workflowRunId');
      return found.flatMap(({ runs }) =>
        runs.map(({ workflowRunId, workflowState, label = '' }) => ({
          id: workflowRunId,
          state: workflowState,
          label,
        })),
      );
    },
    get resumed() {
      return resumed;
    },
    causes,
    refusals,
  };
}

/** What a run says of its failure, without what differs from one to the next. */
function causeIn(body: string): string {
  try {
    const { message = body } = JSON.parse(body) as { message?: string };
    return message.replace(/\d+/g, 'n').slice(0, 120);
  } catch {
    return body.slice(0, 120);
  }
}
