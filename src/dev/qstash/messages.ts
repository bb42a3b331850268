import type { Engine } from './engine.ts';
import { hostAndPath, newestFirst, readCount, readFilter, readValues } from './filters.ts';
import { type Message, type MessageView, viewMessage } from './message.ts';
import { RequestError } from './request-error.ts';

/** What messages and dead letters are filtered by. */
export function describeMessage(engine: Engine, message: Message) {
  const settings = engine.settingsOf(message);
  return {
    time: message.createdAt,
    values: {
      messageId: message.id,
      url: message.url,
      ...hostAndPath(message.url),
      label: settings.labels,
      flowControlKey: settings.flow?.key,
      scheduleId: message.scheduleId,
      callerIp: message.callerIp,
      callerIP: message.callerIp,
      topicName: undefined,
      queueName: undefined,
    },
  };
}

/** A message that is under way. Throws a 404 once it has been delivered or given up. */
export function getMessage(engine: Engine, id: string): MessageView {
  const message = engine.store.state.messages.get(id);
  if (message === undefined) throw new RequestError(404, `message ${id} not found`);
  return viewMessage(message, engine.settingsOf(message), engine.contentOf(message));
}

/** Cancels one message. Throws a 404 when it is not under way; a run's messages are cancelled with their run. */
export function cancelMessage(engine: Engine, id: string): void {
  const message = engine.store.state.messages.get(id);
  if (message === undefined || message.runId !== undefined || !engine.cancel(id)) {
    throw new RequestError(404, `message ${id} not found`);
  }
}

/** The most messages one request cancels. */
const LONGEST_CANCEL = 500;

/** Cancels the messages a query names or describes. Returns how many were. */
export function cancelMessages(engine: Engine, query: URLSearchParams): number {
  const { messages } = engine.store.state;
  const ids = readValues(query, 'messageIds');
  const matches = readFilter<Message>(query, (message) => describeMessage(engine, message));
  const chosen =
    ids.length > 0
      ? ids.map((id) => messages.get(id)).filter((message) => message !== undefined)
      : newestFirst(messages).filter(matches);
  const count =
    ids.length > 0
      ? ids.length
      : readCount(query, { fallback: Number.MAX_SAFE_INTEGER, max: LONGEST_CANCEL });
  const plain = chosen.filter((message) => message.runId === undefined).slice(0, count);
  return plain.filter((message) => engine.cancel(message.id)).length;
}
