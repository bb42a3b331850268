import { type Answer, viewAnswerHeaders } from './attempt.ts';
import { type Content, toBase64 } from './content.ts';
import type { Message } from './message.ts';
import { viewHeaders } from './message.ts';
import type { Callback, Settings } from './settings.ts';

/** What a callback reports about. */
export interface Reported {
  message: Message;
  settings: Settings;
  content: Content;
  answer: Answer;
  /** Retries made so far. */
  retried: number;
  /** Added for failure callbacks and workflows: `dlqId`, `workflowRunId`, `workflowCreatedAt`. */
  more?: Record<string, unknown>;
}

/** The JSON body of a callback (docs: qstash/features/callbacks). */
export function callbackBody({ message, settings, content, answer, retried, more }: Reported): Content {
  const body =
    answer.error === undefined ? toBase64(answer.body) : Buffer.from(answer.error).toString('base64');
  return {
    data: JSON.stringify({
      status: answer.status,
      header: viewAnswerHeaders(answer.headers),
      body,
      retried,
      maxRetries: settings.retries ?? 0,
      sourceMessageId: message.id,
      url: message.url,
      method: settings.method,
      sourceHeader: viewHeaders(settings),
      sourceBody: toBase64(content),
      notBefore: message.notBefore,
      createdAt: message.createdAt,
      scheduleId: message.scheduleId,
      callerIP: message.callerIp,
      ...more,
    }),
  };
}

/** How a callback is delivered: by its own settings, and as often as its message where it has no number of its own. */
export function callbackSettings(callback: Callback, parent: Settings): Settings {
  return {
    ...callback.settings,
    retries: callback.settings.retries ?? parent.retries,
    retryDelay: callback.settings.retryDelay ?? parent.retryDelay,
    labels: parent.labels,
  };
}
