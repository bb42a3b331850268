import { type Answer, buildRequest, send } from './attempt.ts';
import { type Content, countBytes } from './content.ts';
import type { Attempt } from './dispatcher.ts';
import type { DeliveryReport, Engine } from './engine.ts';
import type { ActiveFault } from './faults.ts';
import type { Message } from './message.ts';
import { settle } from './outcome.ts';

/** Makes one attempt to deliver a message (two, when a fault doubles it) and deals with its answer. */
export async function deliver(engine: Engine, { message, fault }: Attempt): Promise<void> {
  engine.logs.add({
    time: engine.clock.now(),
    state: 'ACTIVE',
    message,
    settings: engine.settingsOf(message),
  });
  const answer = await attempt(engine, message, fault);
  if (fault?.action === 'double') await attempt(engine, message, undefined);
  if (engine.closed || engine.store.state.messages.get(message.id) !== message) return;
  settle(engine, message, answer);
}

async function attempt(engine: Engine, message: Message, fault: ActiveFault | undefined): Promise<Answer> {
  const answer = await exchange(engine, message, fault);
  const { labels } = engine.settingsOf(message);
  engine.stats.count({ runId: message.runId, labels });
  engine.options.onDelivery?.(report(message, answer, labels?.[0]));
  return answer;
}

async function exchange(engine: Engine, message: Message, fault: ActiveFault | undefined): Promise<Answer> {
  if (fault?.action === 'fail') return unanswered(`fault ${fault.id}: the delivery failed`);
  const request = buildRequest({
    message,
    settings: engine.settingsOf(message),
    content: sentContent(engine, message),
    runHeaders: runHeaders(engine, message),
    signingKey: engine.store.state.keys.current,
  });
  const answer = await send(request, engine.options.fetch);
  return fault?.action === 'lose-answer' ? unanswered(`fault ${fault.id}: the answer was lost`) : answer;
}

const unanswered = (error: string): Answer => ({ status: 0, headers: {}, body: { data: '' }, error });

/** In lazy mode large workflow bodies stay here: the SDK fetches the steps itself when the body is empty. */
function sentContent(engine: Engine, message: Message): Content {
  const content = engine.contentOf(message);
  const limit = engine.options.lazyFetchBytes;
  const ofRun = message.kind === 'step' || (message.kind === 'callback' && message.runId !== undefined);
  return limit !== undefined && ofRun && countBytes(content) > limit ? { data: '' } : content;
}

/** What tells the SDK which run a delivery belongs to. The target of `context.call` must not see it. */
function runHeaders(engine: Engine, message: Message): Record<string, string> {
  const run = message.kind === 'call' ? undefined : engine.runOf(message);
  if (run === undefined) return {};
  const headers: Record<string, string> = {
    'upstash-workflow-runid': run.id,
    'upstash-workflow-createdat': String(run.createdAt),
  };
  if (run.unknownSdk && message.kind === 'step') headers['upstash-workflow-unknown-sdk'] = 'true';
  return headers;
}

function report(message: Message, answer: Answer, label: string | undefined): DeliveryReport {
  return {
    messageId: message.id,
    url: message.url,
    kind: message.kind,
    attempt: message.attempts + 1,
    ...(answer.error === undefined ? { status: answer.status } : { error: answer.error }),
    ...(message.runId === undefined ? {} : { runId: message.runId }),
    ...(label === undefined ? {} : { label }),
  };
}
