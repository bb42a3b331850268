import { messageOf, ProviderError } from '../errors/index.ts';
import { createQStashClient } from './qstash.ts';
import { type Trigger, triggerMessage } from './trigger.ts';

/** What we ask of QStash. */
export interface Queue {
  /** Starts runs in one request. Answers for each: accepted (or already known), or the reason it was refused. */
  start(
    triggers: readonly Trigger[],
  ): Promise<Array<{ accepted: true } | { accepted: false; reason: string }>>;
  /** Wakes a run that waits, or will wait, for `eventId`. */
  notify(runId: string, eventId: string, data: unknown): Promise<void>;
  /** Ends runs, those that wait included; one that has ended is passed over. */
  cancel(runIds: readonly string[]): Promise<void>;
}

/** Their ids stand in the address, which has an end. */
const MOST_CANCELLED = 50;

/** Connects to QStash; nothing is sent until first used. */
export function createQueue({ url, token }: { url: string | undefined; token: string }): Queue {
  const client = createQStashClient({ url, token });

  return {
    async start(triggers) {
      if (triggers.length === 0) return [];
      const answers: unknown[] = await reach(() => client.batch(triggers.map(triggerMessage)));
      return triggers.map((_, index) => readAnswer(answers[index]));
    },
    async notify(runId, eventId, data) {
      await reach(() =>
        client.http.request({
          method: 'POST',
          path: ['v2', 'notify', runId, eventId],
          body: JSON.stringify(data),
          headers: { 'content-type': 'text/plain;charset=UTF-8' },
          parseResponseAsJson: false,
        }),
      );
    },
    async cancel(runIds) {
      for (let from = 0; from < runIds.length; from += MOST_CANCELLED) {
        const query = { workflowRunIds: runIds.slice(from, from + MOST_CANCELLED) };
        await reach(() =>
          client.http.request({ method: 'DELETE', path: ['v2', 'workflows', 'runs'], query }),
        );
      }
    },
  };
}

/** An item of a batch answer has a message id, or says what was wrong with that item alone. */
function readAnswer(answer: unknown): { accepted: true } | { accepted: false; reason: string } {
  if (typeof answer === 'object' && answer !== null && 'messageId' in answer) return { accepted: true };
  const reason =
    typeof answer === 'object' && answer !== null && 'error' in answer
      ? String(answer.error)
      : 'QStash did not answer for it';
  return { accepted: false, reason };
}

async function reach<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new ProviderError(
      'PROVIDER_UNAVAILABLE',
      `QStash did not accept the request: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
