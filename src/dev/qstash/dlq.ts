import { type Answer, viewAnswerHeaders } from './attempt.ts';
import type { Content } from './content.ts';
import type { Message } from './message.ts';
import { viewMessage } from './message.ts';
import type { Settings } from './settings.ts';
import type { Run } from './workflow/run.ts';

/** A message that was given up, with what its last attempt came to. */
export interface DlqEntry {
  dlqId: string;
  /** Later entries have a higher one. */
  order: number;
  message: Message;
  settings: Settings;
  content: Content;
  answer: Answer;
  at: number;
  /** The workflow run that failed with it. */
  runId?: string | undefined;
}

/** An entry as `GET /v2/dlq` shows it; `run` is the workflow run that failed with it, if it is still known. */
export function viewDlqEntry(entry: DlqEntry, run: Run | undefined): object {
  const { answer } = entry;
  const body = answer.error === undefined ? answer.body : { data: answer.error };
  return {
    ...viewMessage(entry.message, entry.settings, entry.content),
    dlqId: entry.dlqId,
    responseStatus: answer.status,
    responseHeader: viewAnswerHeaders(answer.headers),
    responseBody: body.base64 ? '' : body.data,
    responseBodyBase64: body.base64 ? body.data : undefined,
    ...(run === undefined ? {} : viewRunFields(run)),
  };
}

function viewRunFields(run: Run): object {
  const { failureCall } = run;
  return {
    workflowRunId: run.id,
    workflowCreatedAt: run.createdAt,
    workflowUrl: run.url,
    failureCallback: run.settings.failureCallback?.url,
    failureFunctionState: failureCall?.state,
    failureCallbackInfo:
      failureCall === undefined
        ? undefined
        : {
            state: failureCall.state,
            responseStatus: failureCall.responseStatus,
            responseBody: failureCall.responseBody,
            responseHeaders: failureCall.responseHeaders,
          },
  };
}
