import { type Answer, viewAnswerHeaders } from './attempt.ts';
import { type Content, toBase64 } from './content.ts';
import type { DlqEntry } from './dlq.ts';
import type { Engine } from './engine.ts';
import { createId } from './identifiers.ts';
import type { Message } from './message.ts';
import { viewHeaders } from './message.ts';
import type { Callback, Settings } from './settings.ts';
import { initialPayload, type Run } from './workflow/run.ts';

/** What a callback reports about. */
interface Reported {
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
function callbackBody({ message, settings, content, answer, retried, more }: Reported): Content {
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
function callbackSettings(callback: Callback, parent: Settings): Settings {
  return {
    ...callback.settings,
    retries: callback.settings.retries ?? parent.retries,
    retryDelay: callback.settings.retryDelay ?? parent.retryDelay,
    labels: parent.labels,
  };
}

/** Sends the callback a message asks for, if it asks for one. */
export function sendReport(engine: Engine, message: Message, answer: Answer): void {
  const settings = engine.settingsOf(message);
  const { callback } = settings;
  if (callback === undefined || message.kind === 'step') return;
  const run = engine.runOf(message);
  if (message.kind === 'call' && run?.state !== 'RUN_STARTED') return;
  const content = engine.contentOf(message);
  const body = callbackBody({ message, settings, content, answer, retried: message.attempts });
  if (run === undefined) sendCallback(engine, { callback, parent: message, inherited: settings, body });
  else
    sendCallback(engine, { callback: ofRun(callback, run), parent: message, inherited: run.settings, body });
}

/** The user's headers go with a call's callback, but not the protocol version: the SDK knows callbacks by its absence. */
function ofRun({ url, settings }: Callback, run: Run): Callback {
  const { 'upstash-workflow-sdk-version': _, ...headers } = run.settings.headers;
  const flow = settings.flow ?? run.settings.flow;
  return { url, settings: { ...settings, flow, headers: { ...headers, ...settings.headers } } };
}

/** Sends the failure callback of a message or run that was given up; what it reports is the dead-letter entry. */
export function callFailureFunction(engine: Engine, entry: DlqEntry): Message | undefined {
  const { message, answer, dlqId } = entry;
  const run = engine.runOf(message);
  const settings = run?.settings ?? entry.settings;
  const callback = settings.failureCallback;
  if (callback === undefined) return undefined;
  const more =
    run === undefined ? { dlqId } : { dlqId, workflowRunId: run.id, workflowCreatedAt: run.createdAt };
  const content = run === undefined ? entry.content : initialPayload(run);
  const body = callbackBody({
    message,
    settings: entry.settings,
    content,
    answer,
    retried: message.attempts,
    more,
  });
  const kind = run === undefined ? 'callback' : 'failure';
  return sendCallback(engine, { callback, parent: message, inherited: settings, body, kind });
}

function sendCallback(
  engine: Engine,
  sent: {
    callback: Callback;
    parent: Message;
    inherited: Settings;
    body: Content;
    kind?: 'callback' | 'failure';
  },
): Message {
  const { callback, parent, inherited, body, kind = 'callback' } = sent;
  const now = engine.clock.now();
  const settings = callbackSettings(callback, inherited);
  const message: Message = {
    id: createId('msg'),
    kind,
    url: callback.url,
    settings,
    content: body,
    createdAt: now,
    notBefore: settings.delayMs === undefined ? 0 : now + settings.delayMs,
    attempts: 0,
    due: now + (settings.delayMs ?? 0),
    callerIp: parent.callerIp,
    runId: parent.runId,
    call: parent.call,
  };
  engine.accept(message);
  return message;
}
