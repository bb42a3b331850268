import { toBase64 } from './content.ts';
import { hostAndPath, paginate, readCount, readFilter } from './filters.ts';
import type { Failure, Message } from './message.ts';
import { viewHeaders } from './message.ts';
import type { Settings } from './settings.ts';

/** What happened to a message. */
export type LogState =
  | 'CREATED'
  | 'ACTIVE'
  | 'RETRY'
  | 'ERROR'
  | 'DELIVERED'
  | 'FAILED'
  | 'CANCEL_REQUESTED'
  | 'CANCELED';

interface LogEntry {
  order: number;
  time: number;
  state: LogState;
  message: Message;
  settings: Settings;
  failure?: Failure | undefined;
  nextDeliveryTime?: number | undefined;
}

/**
 * The log of what happened to messages: bounded, kept in memory only. Messages of workflow runs are not in it: as at
 * QStash, they are in their run's log.
 */
export interface Logs {
  add(entry: Omit<LogEntry, 'order'>): void;
  /** Answers `GET /v2/events` and `GET /v2/logs`: newest first, filtered, one page. */
  list(query: URLSearchParams): { cursor?: string; events: object[]; logs: object[] };
}

const KEPT_ENTRIES = 10_000;
const LONGEST_PAGE = 1000;

/** `IN_PROGRESS` is a filter over the three states in which a message is being worked on. */
const IN_PROGRESS = new Set<LogState>(['ACTIVE', 'RETRY', 'ERROR']);

/** Creates the log; `kept` bounds how many entries it remembers. */
export function createLogs(kept: number = KEPT_ENTRIES): Logs {
  const ring: LogEntry[] = [];
  let order = 0;

  function* newestFirst(matches: (entry: LogEntry) => boolean): Generator<LogEntry> {
    for (let back = 1; back <= ring.length; back++) {
      const entry = ring[(order - back) % kept];
      if (entry !== undefined && matches(entry)) yield entry;
    }
  }

  return {
    add(entry) {
      if (entry.message.runId !== undefined) return;
      ring[order % kept] = { ...entry, order };
      order += 1;
    },
    list(query) {
      const page = paginate(newestFirst(readFilter(query, describe)), {
        cursor: query.get('cursor'),
        count: readCount(query, { fallback: LONGEST_PAGE, max: LONGEST_PAGE }),
      });
      const events = page.items.map(view);
      return { ...(page.cursor === undefined ? {} : { cursor: page.cursor }), events, logs: events };
    },
  };
}

function describe({ message, settings, state, time, failure }: LogEntry) {
  return {
    time,
    values: {
      messageId: message.id,
      messageIds: message.id,
      state: IN_PROGRESS.has(state) ? [state, 'IN_PROGRESS'] : state,
      url: message.url,
      ...hostAndPath(message.url),
      scheduleId: message.scheduleId,
      label: settings.labels,
      flowControlKey: settings.flow?.key,
      callerIp: message.callerIp,
      responseStatus: failure?.status,
      topicName: undefined,
      queueName: undefined,
    },
  };
}

function view({ message, settings, state, time, failure, nextDeliveryTime }: LogEntry): object {
  return {
    time,
    messageId: message.id,
    state,
    url: message.url,
    method: settings.method,
    header: viewHeaders(settings),
    body: message.content === undefined || settings.redact?.includes('body') ? '' : toBase64(message.content),
    error: failure?.error,
    responseStatus: failure?.status,
    responseHeaders: failure?.headers,
    responseBody: failure === undefined ? undefined : toBase64(failure.body),
    nextDeliveryTime,
    scheduleId: message.scheduleId,
    timeout: settings.timeoutMs,
    callback: settings.callback?.url,
    callbackHeaders: settings.callback && viewHeaders(settings.callback.settings),
    failureCallback: settings.failureCallback?.url,
    failureCallbackHeaders: settings.failureCallback && viewHeaders(settings.failureCallback.settings),
    maxRetries: settings.retries,
    retryDelayExpression: settings.retryDelay,
    flowControlKey: settings.flow?.key,
    label: settings.labels?.[0],
    labels: settings.labels,
  };
}
