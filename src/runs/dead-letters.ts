import { messageOf, ProviderError } from '../errors/index.ts';
import { createQStashClient, type QStashAccess } from './qstash.ts';

/** A run that QStash gave up: after the retries that its loop allows. */
export interface DeadLetter {
  dlqId: string;
  /** As QStash calls it: another one than ours once a run was resumed. */
  workflowRunId: string;
  /** The HTTP status of the last attempt, and what it answered. */
  status: number;
  reason: string;
}

/** How one run went, as QStash saw it. */
export interface StepLog {
  name: string;
  state: string;
  /** How often it was tried again. */
  retries: number;
  errors: string[];
}

/** The runs that were given up, and how they are taken up again. */
export interface DeadLetters {
  /** The newest dead letter of one of these runs, or `undefined`. */
  find(workflowRunIds: readonly string[]): Promise<DeadLetter | undefined>;
  /** Goes on from the step that failed. @returns the id of the run that goes on. */
  resume(dlqId: string): Promise<string>;
  /** The steps of a run, in the order they were taken. */
  stepsOf(workflowRunId: string): Promise<StepLog[]>;
}

interface DlqPage {
  messages: Array<{ dlqId: string; workflowRunId?: string; responseStatus?: number; responseBody?: string }>;
}
interface LogPage {
  runs: Array<{ steps: Array<{ steps: RawStep[] }> }>;
}
interface RawStep {
  stepName?: string;
  state?: string;
  errors?: Array<{ error?: string }>;
}

/**
 * Connects to QStash's dead-letter queue of workflows; nothing is sent until first used.
 * @see https://upstash.com/docs/workflow/features/dlq
 */
export function createDeadLetters(access: QStashAccess): DeadLetters {
  const client = createQStashClient(access);

  async function ask<T>(path: string[], query: Record<string, string[]>, method: 'GET' | 'POST' = 'GET') {
    try {
      return await client.http.request<T>({ method, path, query });
    } catch (cause) {
      throw new ProviderError('PROVIDER_UNAVAILABLE', `QStash did not answer: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  return {
    async find(workflowRunIds) {
      const { messages } = await ask<DlqPage>(['v2', 'dlq'], {
        source: ['workflow'],
        workflowRunId: [...workflowRunIds],
      });
      const [found] = messages.filter(({ workflowRunId = '' }) => workflowRunIds.includes(workflowRunId));
      if (found === undefined) return undefined;
      const { dlqId, workflowRunId = '', responseStatus = 0, responseBody = '' } = found;
      return { dlqId, workflowRunId, status: responseStatus, reason: reasonOf(responseBody) };
    },

    async resume(dlqId) {
      const path = ['v2', 'workflows', 'dlq', 'resume'];
      const { workflowRuns } = await ask<{ workflowRuns: Array<{ workflowRunId: string }> }>(
        path,
        { dlqIds: [dlqId] },
        'POST',
      );
      const [run] = workflowRuns;
      if (run === undefined)
        throw new ProviderError('PROVIDER_REJECTED', `QStash resumed nothing of ${dlqId}.`);
      return run.workflowRunId;
    },

    async stepsOf(workflowRunId) {
      const { runs } = await ask<LogPage>(['v2', 'workflows', 'events'], {
        groupBy: ['workflowRunId'],
        workflowRunId: [workflowRunId],
      });
      return (runs[0]?.steps ?? []).flatMap(({ steps }) => steps.map(readStep));
    },
  };
}

/** What QStash calls a step's retries is how many it is allowed: those it took are told by its errors. */
function readStep({ stepName = 'next', state = '', errors = [] }: RawStep): StepLog {
  const isOver = state === 'STEP_FAILED';
  return {
    name: stepName,
    state: state.replace(/^STEP_/, '').toLowerCase(),
    retries: Math.max(0, errors.length - (isOver ? 1 : 0)),
    errors: errors.flatMap(({ error }) => (error === undefined || error === '' ? [] : [error])),
  };
}

/** What a workflow answers when it fails is JSON with the error's name and message. */
function reasonOf(body: string): string {
  try {
    const { error, message } = JSON.parse(body) as { error?: string; message?: string };
    return [error, message].filter(Boolean).join(': ') || body;
  } catch {
    return body;
  }
}
