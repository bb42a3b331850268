import { WorkflowNonRetryableError, WorkflowRetryAfterError } from '@upstash/workflow';
import { messageOf, retryOf } from '../errors/index.ts';

/**
 * Does the work of a step, and tells Upstash whether a failure is worth another attempt. Never put it around `context.run` and its
 * kin: they end a call by throwing.
 */
export async function retriable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const decision = retryOf(error);
    switch (decision.retry) {
      case 'never':
        throw new WorkflowNonRetryableError(messageOf(error));
      case 'after':
        throw new WorkflowRetryAfterError(messageOf(error), decision.seconds);
      case 'backoff':
        throw error;
    }
  }
}
